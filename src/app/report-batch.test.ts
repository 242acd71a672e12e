import { beforeAll, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../api/ports.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import type { Definition } from './definition.ts';
import { EventFeed } from './event-feed.ts';
import { reportBatch } from './report-batch.ts';
import { coreOf, message, Player, realDefinition, receiptOf } from './test-rig.ts';

let definition: Definition;
beforeAll(async () => {
  definition = await realDefinition();
});

class Reporter {
  readonly emitted: TelemetryEvent[] = [];
  readonly sent: ServerEvent[] = [];
  readonly player = new Player(coreOf(definition));
  private readonly feed = new EventFeed();
  private offset = 0;

  constructor() {
    this.feed.follow(null, (event) => this.sent.push(event));
  }

  report(outcome: BatchOutcome): this {
    const batch = { offset: this.offset, at: this.player.now, events: 1, outcome, deliveries: [], took: 1 };
    this.offset += 1;
    reportBatch(batch, this.feed, (event) => void this.emitted.push(event));
    return this;
  }

  names(): string[] {
    return this.emitted.map(({ name }) => name).filter((name) => name !== 'pipeline.batch-decided');
  }
}

function smoke(reporter: Reporter, sensor: string, value: number): BatchOutcome {
  reporter.player.now += 1_000;
  return reporter.player.enter([message(sensor, { at: reporter.player.now, values: { smoke: value } })]);
}

describe('what a batch is reported as', () => {
  it('an order is opened once, however often it changes afterwards', () => {
    const reporter = new Reporter();
    for (const [sensor, value] of [
      ['smoke-iapm-01', 1],
      ['smoke-iapm-01', 0],
      ['smoke-iapm-02', 1],
      ['smoke-iapm-02', 0],
      ['smoke-iapm-03', 1],
    ] as const) {
      reporter.report(smoke(reporter, sensor, value));
    }
    expect(reporter.names().filter((name) => name === 'pipeline.order-opened')).toHaveLength(1);
    expect(reporter.sent.filter(({ name }) => name === 'order').length).toBeGreaterThan(2);
  });

  it('an order ends once', () => {
    const reporter = new Reporter();
    const [order] = [...smoke(reporter, 'smoke-iapm-01', 1).orders.keys()] as [string];
    const answers = ['fire', 'police', 'street'].map((party) => ({
      kind: 'receipt' as const,
      receipt: receiptOf(order, party, 'resolved'),
    }));
    const ended = (): string[] => reporter.names().filter((name) => name === 'pipeline.order-closed');
    reporter.report(reporter.player.enter(answers));
    // The smoke is still there: it is over when a person says so.
    expect(ended()).toEqual([]);
    const command = {
      kind: 'order-command',
      id: 'v',
      order,
      deed: { do: 'verify' },
      by: 'Li',
      reason: null,
      at: null,
      door: 'http',
    } as const;
    reporter.report(reporter.player.enter([{ kind: 'command', command }]));
    expect(ended()).toHaveLength(1);
  });

  it('says what became of every receipt, of refused and repeated ones too', () => {
    const reporter = new Reporter();
    const [order] = [...smoke(reporter, 'smoke-iapm-01', 1).orders.keys()] as [string];
    const receipt = receiptOf(order, 'fire', 'accepted');
    const events = [receipt, receipt, receiptOf('wo_none', 'fire', 'accepted'), receiptOf(order, 'gas', 'accepted')];
    reporter.report(reporter.player.enter(events.map((one) => ({ kind: 'receipt' as const, receipt: one }))));
    const outcomes = reporter.emitted.flatMap((event) => (event.name === 'pipeline.receipt-decided' ? [event.outcome] : []));
    expect(outcomes).toEqual(['accepted', 'repeated', 'order-unknown', 'party-unknown']);
  });

  it('screens hear of the sign, the alert and the order, each under an id of its own', () => {
    const reporter = new Reporter();
    reporter.report(smoke(reporter, 'smoke-iapm-01', 1));
    expect(reporter.sent.map(({ name }) => name)).toEqual(['sign', 'alert', 'order']);
    expect(new Set(reporter.sent.map(({ id }) => id)).size).toBe(3);
    expect(reporter.sent[0]?.data).toMatchObject({
      id: 'smoke-alarm',
      key: 'sensor:smoke-iapm-01',
      place: 'iapm',
      level: 'orange',
      pending: null,
      value: 1,
    });
  });

  it('a sign whose condition is over has no level, though its alert is latched', () => {
    const reporter = new Reporter();
    smoke(reporter, 'smoke-iapm-01', 1);
    // After more than a minute: a shorter alarm is shown for an hour.
    reporter.player.now += 90_000;
    reporter.report(smoke(reporter, 'smoke-iapm-01', 0));
    expect(reporter.sent[0]).toMatchObject({ name: 'sign', data: { level: null } });
    expect(reporter.sent[1]).toMatchObject({ name: 'alert', data: { state: 'firing', latched: true } });
  });
});
