import type { ServerResponse } from 'node:http';
import type { Delivery } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import type { Deliverer } from './deliverer.ts';
import { answerWith, deliveryTo, openReceiver, type Receiver, type VirtualClock } from './test-rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a faulty receiver does with a request; `act`: before it answers, it has stored and done what was asked. */
type Conduct = {
  readonly act: boolean;
  readonly answer: 'ok' | 'hang' | 'reset' | { readonly status: number; readonly wait?: number } | 'late';
};

export interface Fault {
  readonly name: string;
  /** @param nth how often this message has come, from 1. @param since milliseconds of the virtual clock since the beginning */
  readonly conduct: (nth: number, since: Millis) => Conduct;
  /** It refuses for good: what it refused is parked, and a person has it replayed when it is mended. */
  readonly parks?: true;
}

const OK: Conduct = { act: true, answer: 'ok' };
const refusing = (status: number): Conduct => ({ act: false, answer: { status } });

/** F8: every way to fail that a receiver has. */
export const FAULTS: readonly Fault[] = [
  { name: 'takes 30 s to answer, for 10 minutes', conduct: (_, since) => (since < 10 * MINUTE ? { act: true, answer: 'late' } : OK) },
  { name: 'never answers, for 10 minutes', conduct: (_, since) => (since < 10 * MINUTE ? { act: false, answer: 'hang' } : OK) },
  { name: 'answers 503 for an hour', conduct: (_, since) => (since < HOUR ? refusing(503) : OK) },
  {
    name: 'answers 429 with Retry-After twice',
    conduct: (nth) => (nth <= 2 ? { act: false, answer: { status: 429, wait: 7 } } : OK),
  },
  { name: 'resets the connection after it has committed', conduct: (nth) => (nth <= 2 ? { act: true, answer: 'reset' } : OK) },
  {
    name: 'flaps, 20 s there and 20 s away',
    conduct: (_, since) => (Math.floor(since / 20_000) % 2 === 0 ? { act: false, answer: 'reset' } : OK),
  },
  { name: 'is down for 10 minutes', conduct: (_, since) => (since < 10 * MINUTE ? { act: false, answer: 'reset' } : OK) },
  { name: 'is down for a day', conduct: (_, since) => (since < 24 * HOUR ? { act: false, answer: 'reset' } : OK) },
  { name: 'answers 404 until it is mended', conduct: (_, since) => (since < HOUR ? refusing(404) : OK), parks: true },
  { name: 'redirects until it is mended', conduct: (_, since) => (since < HOUR ? refusing(302) : OK), parks: true },
];

export interface FaultyReceiver extends Receiver {
  /** What it did, in that order. */
  readonly acted: string[];
  /** Requests that it leaves without an answer now. */
  readonly held: ReadonlySet<ServerResponse>;
}

/** A real HTTP server with that fault; `keepsIds` false forgets what it did. */
export async function openFaulty(fault: Fault, clock: VirtualClock, keepsIds = true): Promise<FaultyReceiver> {
  const began = clock.now();
  const acted: string[] = [];
  const kept = new Set<string>();
  const times = new Map<string, number>();
  const held = new Set<ServerResponse>();
  const hold = (response: ServerResponse): void => {
    held.add(response);
    response.on('close', () => held.delete(response));
  };
  const receiver = await openReceiver((request, response) => {
    const { id } = request;
    const nth = (times.get(id) ?? 0) + 1;
    times.set(id, nth);
    const { act, answer } = fault.conduct(nth, clock.now() - began);
    if (act && !(keepsIds && kept.has(id))) {
      kept.add(id);
      acted.push(id);
    }
    if (answer === 'ok') answerWith(204)(request, response);
    else if (answer === 'reset') response.socket?.destroy();
    else if (answer === 'hang') hold(response);
    else if (answer === 'late') {
      hold(response);
      clock.after(30_000, () => void (response.destroyed || answerWith(204)(request, response)));
    } else
      answerWith(answer.status, answer.wait === undefined ? { location: '/elsewhere' } : { 'retry-after': String(answer.wait) })(
        request,
        response,
      );
  });
  return { ...receiver, acted, held };
}

/** 1,000 orders of which the party is told twice: in the order of the outbox, so that one order's messages do not stand together. */
export function twoMessagesEach(url: string, at: Millis, orders = 1_000): Delivery[] {
  return ['a', 'b'].flatMap((part) =>
    Array.from({ length: orders }, (_, index) => ({
      ...deliveryTo({ message: `msg_${index}_${part}`, order: `wo_${index}`, url }),
      createdAt: at,
      nextAt: at,
    })),
  );
}

export interface Verdict {
  readonly lost: number;
  readonly twice: number;
  /** Orders whose second message was acted on before the first. */
  readonly disordered: number;
}

export function judge(acted: readonly string[], asked: readonly Delivery[]): Verdict {
  const first = new Map<string, number>();
  acted.forEach((id, index) => first.has(id) || first.set(id, index));
  const place = (id: string): number => first.get(id) ?? Number.POSITIVE_INFINITY;
  const second = asked.filter(({ message }) => message.endsWith('_b'));
  return {
    lost: asked.filter(({ message }) => !first.has(message)).length,
    twice: acted.length - first.size,
    disordered: second.filter(({ message }) => place(message) < place(message.replace(/_b$/, '_a'))).length,
  };
}

/** Lets time pass only when the receiver owes nothing but what it withholds, until `done`. */
export async function passUntil(
  done: () => boolean,
  { deliverer, clock, receiver }: { readonly deliverer: Deliverer; readonly clock: VirtualClock; readonly receiver: FaultyReceiver },
): Promise<void> {
  while (!done()) {
    const underWay = deliverer.status().reduce((sum, one) => sum + one.underWay, 0);
    if (receiver.held.size === underWay && clock.pending > 0) clock.advanceToNext();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
