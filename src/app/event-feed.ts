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

  /** A reader whose last event is no longer kept, as after a restart, has a gap: it is sent all that is kept and must read the lists anew. */
  follow(lastId: string | null, send: (event: ServerEvent) => void): { readonly gap: boolean; readonly stop: () => void } {
    const at = lastId === null ? this.kept.length : this.kept.findIndex((event) => event.id === lastId);
    for (const event of this.kept.slice(at + 1)) send(event);
    this.readers.add(send);
    return { gap: at === -1, stop: () => void this.readers.delete(send) };
  }
}
