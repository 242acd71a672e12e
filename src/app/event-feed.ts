import type { ServerEvent } from '../api/ports.ts';

/** How many events a reader that lost its connection may have missed. */
const KEPT = 2_000;

/** What changed, for screens: the newest are kept, so that a reader can resume after the last one it saw. */
export class EventFeed {
  private readonly kept: ServerEvent[] = [];
  private readonly readers = new Set<(event: ServerEvent) => void>();

  publish(event: ServerEvent): void {
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept.splice(0, this.kept.length - KEPT);
    for (const send of this.readers) send(event);
  }

  /** A reader whose last event is no longer kept is sent all that is; it must then read the lists anew. */
  follow(lastId: string | null, send: (event: ServerEvent) => void): () => void {
    if (lastId !== null) {
      const at = this.kept.findIndex((event) => event.id === lastId);
      for (const event of this.kept.slice(at + 1)) send(event);
    }
    this.readers.add(send);
    return () => this.readers.delete(send);
  }
}
