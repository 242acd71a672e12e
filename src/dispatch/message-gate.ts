import { fingerprint } from '../model/fingerprint.ts';
import type { Handling } from '../model/handling.ts';
import { LEVELS, type Level } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import type { OrderMessage, OrderMessageType } from '../model/work-order.ts';

/** A message as a gate needs it: of what kind of order, at which level. */
export interface Passing {
  readonly message: OrderMessage;
  readonly sort: string;
  readonly level: Level;
}

interface Held {
  readonly message: OrderMessage;
  readonly level: Level;
}

interface Receiver {
  /** When the last ones passed, oldest first; as many as the limit counts. */
  passed: Millis[];
  /** By order: the newest that is held, under the most urgent of the types that were. */
  readonly held: Map<string, Held>;
}

export interface SavedGate {
  readonly receivers: readonly (readonly [name: string, passed: readonly Millis[], held: readonly Held[]])[];
  readonly digests: readonly (readonly [message: string, orders: readonly string[]])[];
}

/** Digests whose orders are remembered, for when a receiver refuses one. */
const REMEMBERED = 1_000;

/** From the least urgent. */
const URGENCY: readonly OrderMessageType[] = [
  'order.closed',
  'order.updated',
  'order.accepted',
  'order.on-site',
  'order.resolved',
  'order.cancelled',
  'order.escalated',
  'order.dispatched',
];
/** Whatever was to be said before them is past, and what comes after them begins anew. */
const LAST_WORDS: readonly OrderMessageType[] = ['order.cancelled', 'order.closed'];

/**
 * So many messages a receiver in a while; what is more is held and told together, in one message.
 *
 * M1 Nothing that is held is lost: the newest word on each order is in the next digest.
 * M2 Life safety has a lane of its own: it is never held, and holds nothing up.
 * M3 No receiver gets more than the limit in any span of that length, digests counted in and life safety aside.
 */
export class MessageGate {
  private readonly handling: Pick<Handling, 'limit' | 'lifeSafety'>;
  private readonly receivers = new Map<string, Receiver>();
  private readonly digests = new Map<string, readonly string[]>();

  constructor(handling: Pick<Handling, 'limit' | 'lifeSafety'>) {
    this.handling = handling;
  }

  /** @returns what goes now: the message, or nothing while it is held */
  pass({ message, sort, level }: Passing): readonly OrderMessage[] {
    const { limit, lifeSafety } = this.handling;
    const receiver = this.receiverOf(message);
    const { held, passed } = receiver;
    const before = held.get(message.order);
    const newest = before === undefined ? message : inPlaceOf(before.message, message);
    held.delete(message.order);
    if (lifeSafety.includes(sort)) return [before === undefined ? message : { ...newest, body: withType(newest) }];
    receiver.passed = limit === null ? [] : passed.filter((at) => at > message.at - limit.within);
    if (before === undefined && held.size === 0 && (limit === null || receiver.passed.length < limit.messages)) {
      if (limit !== null) receiver.passed.push(message.at);
      return [message];
    }
    // What was to be said last comes last: a digest is read from its most urgent to its newest.
    held.set(message.order, { message: newest, level });
    return [];
  }

  /** When the next digest is due; Infinity for never. */
  next(): Millis {
    let next = Number.POSITIVE_INFINITY;
    for (const receiver of this.receivers.values()) next = Math.min(next, this.dueOf(receiver));
    return next;
  }

  /** The digests that are due, each as one message; what has come down to one order is that order's own message. */
  release(now: Millis): OrderMessage[] {
    const messages: OrderMessage[] = [];
    for (const [name, receiver] of this.receivers) {
      if (this.dueOf(receiver) > now) {
        if (this.isIdle(receiver, now)) this.receivers.delete(name);
        continue;
      }
      messages.push(this.digestOf(name, receiver, now));
      // While it goes on like this there is one digest a span, and nothing beside it.
      receiver.passed = Array.from({ length: this.handling.limit?.messages ?? 0 }, () => now);
      receiver.held.clear();
    }
    return messages;
  }

  /** The orders that a digest spoke of; empty when it is not known any more. */
  ordersOf(message: string): readonly string[] {
    return this.digests.get(message) ?? [];
  }

  save(): SavedGate {
    return {
      receivers: [...this.receivers].map(([name, { passed, held }]) => [name, passed, [...held.values()]] as const),
      digests: [...this.digests],
    };
  }

  restore(saved: SavedGate): void {
    this.receivers.clear();
    this.digests.clear();
    for (const [name, passed, held] of saved.receivers) {
      this.receivers.set(name, { passed: [...passed], held: new Map(held.map((one) => [one.message.order, one])) });
    }
    for (const [message, orders] of saved.digests) this.digests.set(message, orders);
  }

  private receiverOf({ party, street, drill }: OrderMessage): Receiver {
    // An exercise must not hold up the real thing, nor be told together with it.
    const name = `${drill ? 'drill' : 'real'}|${party}|${street ?? ''}`;
    let receiver = this.receivers.get(name);
    if (receiver === undefined) {
      receiver = { passed: [], held: new Map() };
      this.receivers.set(name, receiver);
    }
    return receiver;
  }

  private dueOf({ passed, held }: Receiver): Millis {
    const { limit } = this.handling;
    if (held.size === 0) return Number.POSITIVE_INFINITY;
    // There is no limit any more: what it held back goes at once.
    if (limit === null) return Number.NEGATIVE_INFINITY;
    // The one that must grow old before another may go.
    const blocking = passed[passed.length - limit.messages];
    return blocking === undefined ? Number.NEGATIVE_INFINITY : blocking + limit.within;
  }

  private isIdle({ passed, held }: Receiver, now: Millis): boolean {
    const { limit } = this.handling;
    return held.size === 0 && (limit === null || passed.every((at) => at <= now - limit.within));
  }

  private digestOf(name: string, receiver: Receiver, now: Millis): OrderMessage {
    const held = [...receiver.held.values()].sort((a, b) => rank(b) - rank(a));
    const [first, ...others] = held.map(({ message }) => message) as [OrderMessage, ...OrderMessage[]];
    if (others.length === 0) return { ...first, at: now, body: withType(first) };
    const told = held.map(({ message: { order, type } }) => ({ order, type }));
    // Of what is in it: no other installation, and no later beginning of this one, may ever come to the same.
    const made = ['digest', name, now, ...held.flatMap(({ message }) => [message.order, message.id])] as const;
    const id = fingerprint('msg', ...made);
    this.digests.set(
      id,
      told.map(({ order }) => order),
    );
    const [oldest] = this.digests.keys();
    if (this.digests.size > REMEMBERED && oldest !== undefined) this.digests.delete(oldest);
    const body = JSON.parse(withType(first)) as { data: object };
    const digest = others.map((message) => {
      const { type, data } = JSON.parse(withType(message)) as { type: string; data: object };
      return { type, ...data };
    });
    return {
      ...first,
      id,
      order: fingerprint('dg', ...made),
      digest: told,
      at: now,
      body: JSON.stringify({ ...body, id, data: { ...body.data, digest } }),
    };
  }
}

function inPlaceOf(held: OrderMessage, message: OrderMessage): OrderMessage {
  return { ...message, type: standing(held.type, message.type), body: comingAfter(held.body, message.body) };
}

/** What takes the place of a held message comes after what was told before that one: the held one never was. */
function comingAfter(held: string, body: string): string {
  const { data: before } = JSON.parse(held) as { data: { earlier?: unknown } };
  const after = JSON.parse(body) as { data: { earlier?: unknown } };
  const { earlier: _, ...data } = after.data;
  return JSON.stringify({ ...after, data: before.earlier === undefined ? data : { ...data, earlier: before.earlier } });
}

/** The most urgent first, then the higher level. */
function rank({ message, level }: Held): number {
  return URGENCY.indexOf(message.type) * LEVELS.length + LEVELS.indexOf(level);
}

/** As what the two are told together: the more urgent, but across a last word always the newer. */
function standing(before: OrderMessageType, now: OrderMessageType): OrderMessageType {
  if (LAST_WORDS.includes(before) || LAST_WORDS.includes(now)) return now;
  return URGENCY.indexOf(before) > URGENCY.indexOf(now) ? before : now;
}

function withType({ body, type }: OrderMessage): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), type });
}
