import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { loadConfig } from '../config/load-config.ts';
import type { LogEntry, LogEvent } from '../model/log-entry.ts';
import type { Receipt, ReceiptState } from '../model/receipt.ts';
import type { Millis } from '../model/time.ts';
import { createOutcome, type BatchOutcome, type EventResult } from './batch-outcome.ts';
import { Core } from './core.ts';
import type { Definition } from './definition.ts';
import { loadDefinition } from './load-definition.ts';

/** For tests: the root of the checkout. */
export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
export const START: Millis = Date.parse('2026-06-01T08:00:00+08:00');

/** The real rules over the real city. */
export async function realDefinition(clock: 'wall' | 'events' = 'wall'): Promise<Definition> {
  const definition = await loadDefinition(loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT }), clock);
  // Those that what the turns say can concern: the others would be compiled thousands of times for nothing.
  return {
    ...definition,
    rules: {
      ...definition.rules,
      rules: definition.rules.rules.filter(({ id, domain }) => CONCERNED.includes(domain) || CONCERNED.includes(id)),
    },
  };
}

const CONCERNED: readonly string[] = ['fire', 'crowd', 'weather', 'iot', 'pm25-1h', 'gas-supply-pressure'];

export function coreOf(definition: Definition): Core {
  const core = new Core(() => definition);
  core.configure(definition, createOutcome());
  return core;
}

export function message(sensor: string, body: unknown, gateway = 'gw'): LogEvent {
  return rawMessage(`city/${gateway}/${sensor}`, JSON.stringify(body), gateway);
}

export function rawMessage(topic: string, payload: string | Uint8Array, gateway = 'gw'): LogEvent {
  return { kind: 'message', gateway, topic, payload: Buffer.from(payload) };
}

export function receiptOf(order: string, party: string, state: ReceiptState, over: Partial<Receipt> = {}): Receipt {
  return {
    kind: 'receipt',
    id: `${party}-${state}`,
    order,
    party,
    street: null,
    state,
    by: null,
    note: null,
    at: null,
    door: 'http',
    ...over,
  };
}

/** One step of a random script; numbers choose among what exists when it is played. */
export type Act =
  | {
      readonly act: 'read';
      readonly sensor: string;
      readonly values: Readonly<Record<string, unknown>>;
      readonly ago: Millis;
      readonly seq: number;
      readonly test: boolean;
    }
  | { readonly act: 'garbage'; readonly topic: string; readonly payload: string }
  | { readonly act: 'answer'; readonly order: number; readonly party: string; readonly state: ReceiptState; readonly mqtt: boolean }
  | { readonly act: 'reset' | 'park'; readonly nth: number }
  | { readonly act: 'finish'; readonly nth: number }
  | { readonly act: 'tick' | 'started' };

export interface Turn {
  readonly pass: Millis;
  readonly acts: readonly Act[];
}

const SMOKE = ['smoke-iapm-01', 'smoke-iapm-02', 'smoke-wukang-01', 'call-iapm-01'];

const read = (sensors: readonly string[], values: fc.Arbitrary<Readonly<Record<string, unknown>>>): fc.Arbitrary<Act> =>
  fc.record({
    act: fc.constant('read' as const),
    sensor: fc.constantFrom(...sensors),
    values,
    ago: fc.oneof(fc.constant(0), fc.integer({ min: -400_000, max: 120_000 })),
    seq: fc.nat(6),
    test: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });

const garbage: fc.Arbitrary<Act> = fc.record({
  act: fc.constant('garbage' as const),
  topic: fc.constantFrom('city/gw/smoke-iapm-01', 'city/gw', 'city/gw/a/b/c', 'city/gw/x/senml', 'orders/wo_none/receipts', 'elsewhere'),
  payload: fc.oneof(fc.string({ maxLength: 40 }), fc.json({ maxDepth: 2 })),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: read(SMOKE, fc.record({ smoke: fc.constantFrom(0, 1), battery: fc.constantFrom(10, 90) })) },
  { weight: 4, arbitrary: read(['people-wukang-01', 'people-iapm-01'], fc.record({ people: fc.integer({ min: 0, max: 4_500 }) })) },
  { weight: 3, arbitrary: read(['rain-hunan-01', 'pm25-hunan-01', 'new-1', 'new-2'], fc.record({ rain: fc.nat(30), pm25: fc.nat(400) })) },
  {
    weight: 2,
    arbitrary: read(
      ['visibility-riverside-01', 'gas-iapm-01'],
      fc.record({ visibility: fc.nat(2_000), 'gas-pressure': fc.integer({ min: 0, max: 6 }) }),
    ),
  },
  { weight: 2, arbitrary: garbage },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('answer' as const),
      order: fc.nat(5),
      party: fc.constantFrom('fire', 'police', 'street', 'nobody'),
      state: fc.constantFrom<ReceiptState[]>('accepted', 'on-site', 'resolved', 'declined'),
      mqtt: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom<'reset' | 'park' | 'finish'>('reset', 'park', 'finish'), nth: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('tick' as const, 'started' as const) }) },
);

/** What may happen to a district: minutes and hours pass, alarms, crowds, receipts, nonsense. */
export const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({ pass: fc.oneof(fc.nat(2_000), fc.nat(300_000), fc.nat(7_200_000)), acts: fc.array(act, { minLength: 1, maxLength: 6 }) }),
  { minLength: 5, maxLength: 30 },
);

/** Plays a script into a core, and remembers what it said. */
export class Player {
  readonly entries: LogEntry[] = [];
  readonly outcomes: BatchOutcome[] = [];
  readonly results: EventResult[] = [];
  readonly orders: string[] = [];
  private readonly alerts: string[] = [];
  core: Core;
  now: Millis;

  constructor(core: Core, now: Millis = START) {
    this.core = core;
    this.now = now;
  }

  play(script: readonly Turn[]): this {
    for (const turn of script) this.turn(turn);
    return this;
  }

  turn({ pass, acts }: Turn): BatchOutcome {
    this.now += pass;
    return this.enter(acts.flatMap((one) => this.eventsOf(one)));
  }

  enter(events: readonly LogEvent[]): BatchOutcome {
    const outcome = createOutcome();
    this.core.begin(this.now, outcome, events[0]?.kind);
    for (const event of events) this.results.push(this.core.step(event, outcome));
    this.entries.push({ offset: this.entries.length, at: this.now, events });
    this.outcomes.push(outcome);
    this.learn(outcome);
    return outcome;
  }

  /** Ids that later acts may speak of. */
  learn(outcome: BatchOutcome): void {
    for (const id of outcome.orders.keys()) if (!this.orders.includes(id)) this.orders.push(id);
    for (const id of outcome.alerts.keys()) if (!this.alerts.includes(id)) this.alerts.push(id);
  }

  eventsOf(one: Act): LogEvent[] {
    // All that were sent answer that it is done: otherwise chance hardly ever closes an order.
    if (one.act === 'finish') {
      const order = this.orders.at(-1 - one.nth) ?? 'wo_none';
      return ['fire', 'police', 'street', 'gas', 'ops'].map((party) => ({ kind: 'receipt', receipt: receiptOf(order, party, 'resolved') }));
    }
    return [this.eventOf(one)];
  }

  private eventOf(one: Exclude<Act, { act: 'finish' }>): LogEvent {
    switch (one.act) {
      case 'read':
        return message(one.sensor, { at: this.now - one.ago, seq: one.seq, values: one.values, ...(one.test ? { test: true } : {}) });
      case 'garbage':
        return rawMessage(one.topic, one.payload);
      case 'answer': {
        const order = this.orders.at(-1 - one.order) ?? 'wo_none';
        const { party, state } = one;
        if (one.mqtt) return rawMessage(`orders/${order}/receipts`, JSON.stringify({ party, state }), '');
        return { kind: 'receipt', receipt: receiptOf(order, party, state) };
      }
      case 'reset':
        return { kind: 'reset', alert: this.alerts.at(-1 - one.nth) ?? 'al_none', by: 'tester', note: null };
      case 'park':
        if (one.nth % 2 === 1) {
          return {
            kind: 'unheard',
            delivery: `d${one.nth}`,
            order: this.orders.at(-1 - one.nth) ?? 'wo_none',
            party: 'fire',
            street: null,
          };
        }
        if (one.nth === 4) return { kind: 'taken', delivery: 'd0', order: this.orders.at(-1) ?? 'wo_none', party: 'police', gone: [] };
        return {
          kind: 'parked',
          delivery: `d${one.nth}`,
          order: this.orders.at(-1 - one.nth) ?? 'wo_none',
          party: 'police',
          reason: 'status-404',
        };
      case 'tick':
        return { kind: 'tick' };
      case 'started':
        return { kind: 'started', settled: this.now + 60_000 };
    }
  }
}
