import type { ForbiddenRequest } from '../api/ports.ts';
import type { Clock } from '../deliver/clock.ts';
import type { Forbidden } from '../model/log-entry.ts';
import type { Millis } from '../model/time.ts';

export interface ForbiddenOptions {
  readonly clock: Clock;
  readonly submit: (event: Forbidden) => void;
}

/** What is refused again within this time is summed up. */
const WINDOW: Millis = 60_000;
/** So many different ones of a token in a window; all others are one. */
const DISTINCT = 10;

interface Again {
  readonly request: ForbiddenRequest;
  count: number;
}

/**
 * What a known token was refused goes into the log, and so into the audit record, which is never pruned.
 *
 * F1 The first of a token, route and order in a minute is told at once; those that follow once, at the end of the minute, with their number.
 * F2 However many are refused, a token gets 21 lines a minute at most, and none is uncounted.
 */
export class ForbiddenRequests {
  private readonly options: ForbiddenOptions;
  private readonly again = new Map<string, Again>();
  private readonly distinct = new Map<string, number>();
  private since: Millis = 0;
  private cancel: (() => void) | null = null;

  constructor(options: ForbiddenOptions) {
    this.options = options;
  }

  note(request: ForbiddenRequest): void {
    if (this.cancel === null) this.open();
    const name = JSON.stringify([request.token, request.route, request.order]);
    const known = this.again.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.isOneTooMany(request.token)) this.countAmongOthers(request);
    else {
      this.again.set(name, { request, count: 0 });
      this.tell(request, 1, this.options.clock.now());
    }
  }

  /** The end of a window, or of all. */
  close(): void {
    this.cancel?.();
    this.cancel = null;
    for (const { request, count } of this.again.values()) if (count > 0) this.tell(request, count, this.since);
    this.again.clear();
    this.distinct.clear();
  }

  private open(): void {
    const { clock } = this.options;
    this.since = clock.now();
    this.cancel = clock.after(WINDOW, () => this.close());
  }

  private isOneTooMany(token: string): boolean {
    const count = (this.distinct.get(token) ?? 0) + 1;
    this.distinct.set(token, count);
    return count > DISTINCT;
  }

  private countAmongOthers({ token, detail }: ForbiddenRequest): void {
    const others = this.again.get(token) ?? { request: { token, route: '*', order: null, party: null, detail }, count: 0 };
    this.again.set(token, others);
    others.count += 1;
  }

  private tell(request: ForbiddenRequest, count: number, since: Millis): void {
    this.options.submit({ kind: 'forbidden', door: 'http', ...request, count, since });
  }
}
