import { fingerprint } from '../model/fingerprint.ts';
import type { Millis } from '../model/time.ts';
import type { Earlier } from './order-body.ts';

interface Sent {
  readonly count: number;
  /** The first and the newest; one when they are the same. */
  readonly earlier: readonly Earlier[];
}

/** By receiver. A state that was saved before messages were remembered has only their number. */
export type SavedSent = readonly (readonly [receiver: string, count: number, earlier?: readonly Earlier[]])[];

/** Numbers what is told of one order to each receiver, and knows which messages the next one comes after. */
export class SentMessages {
  private readonly order: string;
  private readonly sent = new Map<string, Sent>();

  constructor(order: string, saved: SavedSent = []) {
    this.order = order;
    for (const [receiver, count, earlier = []] of saved) this.sent.set(receiver, { count, earlier });
  }

  save(): SavedSent {
    return [...this.sent].map(([receiver, { count, earlier }]) => [receiver, count, earlier]);
  }

  /** @returns the id of the message that is made now, and what the receiver was told before it. */
  next(party: string, street: string | null, at: Millis): { readonly id: string; readonly earlier: readonly Earlier[] } {
    const receiver = `${party}|${street ?? ''}`;
    const { count, earlier } = this.sent.get(receiver) ?? { count: 0, earlier: [] };
    const id = fingerprint('msg', this.order, party, street ?? '', count + 1);
    this.sent.set(receiver, { count: count + 1, earlier: [...earlier.slice(0, 1), { id, at }] });
    return { id, earlier };
  }
}
