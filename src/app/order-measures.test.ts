import { beforeAll, describe, expect, it } from 'vitest';
import type { FirstContact } from '../journal/first-contact.ts';
import type { Attempt, Delivery, Outcome } from '../model/delivery.ts';
import type { ReceiptState } from '../model/receipt.ts';
import type { WorkOrder } from '../model/work-order.ts';
import { createEmitter } from '../telemetry/emitter.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { Definition } from './definition.ts';
import { EventFeed } from './event-feed.ts';
import { noticeFirstAcceptances } from './order-measures.ts';
import { reportBatch } from './report-batch.ts';
import { coreOf, message, Player, realDefinition, receiptOf, START } from './test-rig.ts';

let definition: Definition;
let drills: Definition;
beforeAll(async () => {
  [definition, drills] = await Promise.all([realDefinition(), realDefinition('events')]);
});

/** A fire, told to a rig that keeps what is measured: `step party kind level drill seconds`. */
class Fire {
  readonly measured: string[] = [];
  readonly player: Player;
  order = '';
  private readonly tell: (event: TelemetryEvent) => void;

  constructor(of: Definition, tell: (event: TelemetryEvent) => void = () => undefined) {
    this.player = new Player(coreOf(of));
    this.tell = tell;
  }

  /** The reading is so many ms old when it comes. */
  begin(ago: number): this {
    const outcome = this.player.enter([message('smoke-iapm-01', { at: this.player.now - ago, values: { smoke: 1 } })]);
    this.order = [...outcome.orders.keys()][0] ?? '';
    return this.report(outcome);
  }

  /** Answers that come together, so many ms after what was before. */
  answer(after: number, ...said: readonly (readonly [string, ReceiptState, number?])[]): this {
    this.player.now += after;
    const receipts = said.map(([party, state, at]) => receiptOf(this.order, party, state, at === undefined ? {} : { at }));
    return this.report(this.player.enter(receipts.map((receipt) => ({ kind: 'receipt' as const, receipt }))));
  }

  report(outcome: ReturnType<Player['enter']>): this {
    const batch = { offset: 0, at: this.player.now, events: 1, outcome, deliveries: [], took: 1 };
    reportBatch(batch, new EventFeed(), (event) => {
      this.tell(event);
      if (event.name !== 'pipeline.step-measured') return;
      const { step, party, kind, level, drill, seconds } = event;
      this.measured.push([step, party ?? '–', kind, level, drill ? 'drill' : 'real', seconds].join(' '));
    });
    return this;
  }
}

describe('what is measured of an order when a batch is committed', () => {
  it('is its opening, once, from the reading that was over the line', () => {
    const fire = new Fire(definition).begin(1_500);
    expect(fire.measured).toEqual(['open – fire orange real 1.5']);
    fire.player.enter([message('smoke-iapm-02', { at: fire.player.now, values: { smoke: 1 } })]);
    expect(fire.measured).toHaveLength(1);
  });

  it('is its opening from where the level that opened it was crossed, not from where a lower one was', () => {
    const fire = new Fire(definition);
    const tell = (minute: number, people: number): void => {
      fire.player.now = START + minute * 60_000;
      fire.report(fire.player.enter([message('people-iapm-01', { at: fire.player.now, values: { people } })]));
    };
    // Blue for half an hour, which opens nothing; then the line of the order, and its hold.
    for (let minute = 0; minute < 30; minute += 1) tell(minute, 8_000);
    expect(fire.measured).toEqual([]);
    for (let minute = 30; fire.measured.length === 0 && minute < 60; minute += 1) tell(minute, 11_000);
    expect(fire.measured).toEqual(['open – crowd orange real 180']);
  });

  it('is each step that a receipt makes, and nothing of one that moves nothing', () => {
    const fire = new Fire(definition).begin(0);
    fire.answer(20_000, ['fire', 'accepted']).answer(40_000, ['fire', 'on-site']).answer(60_000, ['fire', 'resolved']);
    fire.answer(1_000, ['fire', 'accepted'], ['fire', 'resolved'], ['gas', 'accepted']);
    expect(fire.measured.slice(1)).toEqual([
      'accept fire fire orange real 20',
      'arrive fire fire orange real 60',
      'close fire fire orange real 120',
    ]);
  });

  it('is every step of receipts that were committed together, at the times that they say', () => {
    const fire = new Fire(definition).begin(0);
    fire.answer(100_000, ['fire', 'accepted', START + 5_000], ['fire', 'on-site', START + 30_000], ['fire', 'resolved']);
    expect(fire.measured.slice(1)).toEqual([
      'accept fire fire orange real 5',
      'arrive fire fire orange real 30',
      'close fire fire orange real 100',
    ]);
  });

  it('is nothing of a refusal', () => {
    expect(new Fire(definition).begin(0).answer(20_000, ['fire', 'declined']).measured).toHaveLength(1);
  });

  it('is marked where it is a drill', () => {
    expect(new Fire(drills).begin(0).measured).toEqual(['open – fire orange drill 0']);
  });

  it('stands in /metrics by party, kind, level and drill, without the name of a sensor or an order', async () => {
    const metrics = createMetrics();
    const emit = createEmitter({ logger: createLogger({ level: 'silent' }), metrics });
    const fire = new Fire(definition, emit).begin(1_500).answer(20_000, ['fire', 'accepted']);
    const text = (await metrics.text()).split('\n').filter((line) => line.startsWith('maibo_order_'));
    expect(text).toContain('maibo_order_open_seconds_sum{kind="fire",level="orange",drill="false"} 1.5');
    expect(text).toContain('maibo_order_accept_seconds_bucket{le="60",party="fire",kind="fire",level="orange",drill="false"} 1');
    expect(text).toContain('maibo_order_accept_seconds_bucket{le="15",party="fire",kind="fire",level="orange",drill="false"} 0');
    expect(text.join('\n')).not.toMatch(new RegExp(`smoke-iapm|${fire.order}`));
  });
});

describe('the first acceptance by a party', () => {
  const ACCEPTED: Outcome = { kind: 'accepted', status: 200 };

  /** What the journal knows, and what was heard of these attempts. */
  function heard(
    contact: Partial<FirstContact>,
    attempts: readonly { readonly to?: string; readonly after: number; readonly outcome?: Outcome }[],
  ): string[] {
    const fire = new Fire(definition).begin(0);
    const order = fire.player.core.orders.get(fire.order) as WorkOrder;
    const told: string[] = [];
    const views = {
      firstContact: () => ({ madeAt: START, acceptedAt: null, waiting: true, ...contact }),
      order: () => ({ order, deliveries: [], receipts: [] }),
    };
    const settled = noticeFirstAcceptances(views, (event) => {
      if (event.name === 'pipeline.step-measured') told.push(`${event.step} ${event.party} ${event.level} ${event.seconds}`);
    });
    for (const { to = 'fire', after, outcome = ACCEPTED } of attempts) {
      const delivery = { order: order.id, party: to, street: null } as Delivery;
      settled(delivery, { delivery: 'd', number: 1, at: START + after, took: 10, outcome } satisfies Attempt);
    }
    return told;
  }

  it('is measured once a party, from its first message to the end of the attempt', () => {
    expect(heard({}, [{ after: 490 }, { after: 900 }, { to: 'police', after: 40 }])).toEqual([
      'deliver fire orange 0.5',
      'deliver police orange 0.05',
    ]);
  });

  it('is no refusal, and nothing that nobody took', () => {
    const refused: Outcome = { kind: 'refused', reason: 'status-410', status: 410 };
    const unheard: Outcome = { kind: 'unheard', reason: 'nobody', status: null };
    expect(heard({}, [{ after: 10, outcome: refused }, { after: 20, outcome: unheard }, { after: 90 }])).toEqual([
      'deliver fire orange 0.1',
    ]);
  });

  it('is not measured again after a restart, when the journal knows of an earlier one; this one may be known already', () => {
    expect(heard({ acceptedAt: START + 100 }, [{ after: 490 }])).toEqual([]);
    expect(heard({ acceptedAt: START + 500 }, [{ after: 490 }])).toEqual(['deliver fire orange 0.5']);
  });
});
