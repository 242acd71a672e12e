import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Attempt, Delivery, Outcome } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { Clock } from './clock.ts';
import { createDeliverer } from './deliverer.ts';
import type { Deliverer, DelivererOptions } from './deliverer.ts';
import { createWebhookTransport } from './webhook.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Time stands still until a test moves it. */
export class VirtualClock implements Clock {
  private time: Millis;
  private timers: { readonly at: Millis; readonly then: () => void }[] = [];

  constructor(start: Millis = 1_780_000_000_000) {
    this.time = start;
  }

  now(): Millis {
    return this.time;
  }

  after(ms: Millis, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.timers.length;
  }

  /** Moves on by `ms` and fires what falls due, in order. */
  advance(ms: Millis): void {
    const until = this.time + ms;
    for (let next = this.first(); next !== undefined && next.at <= until; next = this.first()) this.fire(next);
    this.time = until;
  }

  /** Moves to the next timer and fires it. */
  advanceToNext(): void {
    const next = this.first();
    if (next === undefined) throw new Error('nothing is waiting for time to pass');
    this.fire(next);
  }

  private first(): { readonly at: Millis; readonly then: () => void } | undefined {
    return this.timers.reduce<{ readonly at: Millis; readonly then: () => void } | undefined>(
      (a, b) => (a === undefined || b.at < a.at ? b : a),
      undefined,
    );
  }

  private fire(timer: { readonly at: Millis; readonly then: () => void }): void {
    this.timers = this.timers.filter((other) => other !== timer);
    this.time = Math.max(this.time, timer.at);
    timer.then();
  }
}

/** The same numbers from the same seed, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Received {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Requests that have come and are not answered; the most there ever were. */
  readonly open: { now: number; most: number };
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export type Answer = (request: Received, response: ServerResponse) => void;

/** A real HTTP server whose behaviour the test gives. */
export async function openReceiver(answer: Answer): Promise<Receiver> {
  const received: Received[] = [];
  const open = { now: 0, most: 0 };
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    response.on('close', () => (open.now -= 1));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const one: Received = {
        id: String(request.headers['webhook-id']),
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      received.push(one);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    received,
    open,
    arrived: (count) => new Promise((resolve) => (received.length >= count ? resolve() : void waiting.push({ count, resolve }))),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => void response.writeHead(status, headers).end();
}

export interface Asked {
  readonly message: string;
  readonly order?: string;
  readonly url?: string;
  readonly endpoint?: string;
}

export function deliveryTo({ message, order = `wo_${message}`, url = 'http://127.0.0.1:9/', endpoint = 'fire-1' }: Asked): Delivery {
  return {
    kind: 'delivery',
    id: `${message}@${endpoint}`,
    message,
    order,
    party: 'fire',
    street: null,
    type: 'order.dispatched',
    drill: false,
    endpoint: { kind: 'webhook', id: endpoint, url, secrets: [SECRET], drills: true },
    body: JSON.stringify({ type: 'order.dispatched', message, order }),
    state: 'waiting',
    attempts: 0,
    createdAt: 0,
    nextAt: 0,
  };
}

export type Recorded = Attempt & { readonly state: string; readonly attempts: number; readonly nextAt: Millis };

export interface Rig {
  readonly clock: VirtualClock;
  readonly deliverer: Deliverer;
  readonly records: Recorded[];
  /** What became of deliveries without an attempt. */
  readonly states: { readonly id: string; readonly state: string; readonly reason: string }[];
  readonly events: TelemetryEvent[];
  readonly parked: { readonly delivery: string; readonly reason: string }[];
  readonly unreachable: string[];
  /** The outbox as a restart would find it. */
  readonly waitingAfter: (deliveries: readonly Delivery[]) => Delivery[];
}

/** The deliverer with real HTTP, a virtual clock and a journal in memory. */
export function openRig(options: Partial<DelivererOptions> & { readonly clock?: VirtualClock; readonly seed?: number } = {}): Rig {
  const clock = options.clock ?? new VirtualClock();
  const records: Recorded[] = [];
  const states: Rig['states'] = [];
  const unreachable: string[] = [];
  const events: TelemetryEvent[] = [];
  const parked: { readonly delivery: string; readonly reason: string }[] = [];
  const deliverer = createDeliverer({
    journal: {
      recordAttempt: (attempt, after) => void records.push({ ...attempt, ...after }),
      recordState: (id, after) => void states.push({ id, ...after }),
    },
    transports: {
      webhook: createWebhookTransport({ clock, userAgent: 'maibo/test' }),
      mqtt: { send: () => Promise.resolve<Outcome>({ kind: 'accepted', status: 0 }), close: () => Promise.resolve() },
    },
    random: seeded(options.seed ?? 1),
    onParked: (delivery, reason) => void parked.push({ delivery: delivery.id, reason }),
    onUnreachable: ({ id }) => void unreachable.push(id),
    emit: (event) => void events.push(event),
    ...options,
    clock,
  });
  const waitingAfter = (deliveries: readonly Delivery[]): Delivery[] =>
    deliveries.flatMap((delivery) => {
      const last = records.findLast((record) => record.delivery === delivery.id);
      if (last === undefined) return [delivery];
      return last.state === 'waiting' ? [{ ...delivery, attempts: last.attempts, nextAt: last.nextAt }] : [];
    });
  return { clock, deliverer, records, states, events, parked, unreachable, waitingAfter };
}

/** Lets time pass, as far as it must, until nothing waits. */
export async function runToEnd({ deliverer, clock }: Pick<Rig, 'deliverer' | 'clock'>): Promise<void> {
  while ((await deliverer.drain(Number.POSITIVE_INFINITY)) > 0) clock.advanceToNext();
}
