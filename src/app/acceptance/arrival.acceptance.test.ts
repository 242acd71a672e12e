import { beforeAll, describe, expect, it } from 'vitest';
import type { SavedEngine } from '../../engine/engine-snapshot.ts';
import type { Hearing } from '../../engine/hearing.ts';
import type { SavedCore } from '../core.ts';
import { CHECKOUT } from '../test-rig.ts';
import { tryArrival } from './arrival/trial.ts';
import { LEAST_LATENESS, readGround, withLateness, type TrialGround } from './arrival/trial-definition.ts';

/** `npm run test:arrival` has 200 seeds of 10,000 readings each. */
const SEEDS = [1, 2, 3, 4, 5, 6];
const READINGS = 1_500;
const FEW = 800;

let ground: TrialGround;

beforeAll(async () => {
  ground = await readGround(CHECKOUT);
});

describe('late, doubled and out of order within what rules wait for, readings', () => {
  it.each(SEEDS)('come to the same alerts and orders as in order, with a restart on the way or without (seed %i)', (seed) => {
    const report = tryArrival(ground, { seed, readings: READINGS });
    expect(report.differences).toEqual([]);
    expect(report.lost).toEqual([]);
    // A trial in which nothing happens proves nothing.
    expect(report.overtaken).toBeGreaterThan(READINGS / 2);
    expect(report.duplicates).toBeGreaterThan(READINGS);
    expect(report.fired).toBeGreaterThan(15);
    expect(report.resolved).toBeGreaterThan(0);
    expect(report.orders).toBeGreaterThan(10);
    expect(report.rules.size).toBeGreaterThan(10);
  });
});

describe('the trial finds', () => {
  const differ = (tried: TrialGround, delay: (patience: number) => number): boolean =>
    SEEDS.some((seed) => tryArrival(tried, { seed, readings: FEW, delay }).differences.length > 0);

  it('readings that come later than rules wait', () => {
    expect(differ(ground, (patience) => 20 * patience)).toBe(true);
  });

  it('rules that do not wait', () => {
    expect(
      differ(
        withLateness(ground, () => 0),
        () => LEAST_LATENESS,
      ),
    ).toBe(true);
  });

  it('rules of which only some wait', () => {
    const hasty = withLateness(ground, ({ lateness }) => (lateness === LEAST_LATENESS ? 0 : lateness));
    expect(differ(hasty, () => LEAST_LATENESS)).toBe(true);
  });
});

type Heard = ReturnType<Hearing['save']>;
const unheard = ({ lastSeen, missed }: Heard): Heard => ({ lastSeen: lastSeen.map(() => Number.NaN), missed });

/** One thing each, gone on the way through a snapshot. */
const LOSSES: Readonly<Record<string, (engine: SavedEngine) => SavedEngine>> = {
  'what waited': (engine) => ({ ...engine, lanes: engine.lanes.map((lane) => ({ ...lane, buffer: { buckets: [] } })) }),
  'who was heard when': (engine) => ({
    ...engine,
    heard: unheard(engine.heard),
    lanes: engine.lanes.map((lane) => ({ ...lane, hearing: lane.hearing === null ? null : unheard(lane.hearing) })),
  }),
  'when gateways were heard': (engine) => ({
    ...engine,
    gateways: { ...engine.gateways, gateways: engine.gateways.gateways.map((one) => ({ ...one, lastSeen: 0 })) },
  }),
  'one rule': (engine) => ({ ...engine, rules: engine.rules.filter(({ memory }) => memory.rule !== 'device-offline-rate') }),
  'the windows': (engine) => ({
    ...engine,
    rules: engine.rules.map(({ memory, ...rest }) => ({ ...rest, memory: { ...memory, stores: [] } })),
  }),
  'how long each level has been true': (engine) => ({
    ...engine,
    rules: engine.rules.map(({ memory, ...rest }) => {
      const trueSince = (memory.columns['trueSince'] as Float64Array).map(() => Number.NaN);
      return { ...rest, memory: { ...memory, columns: { ...memory.columns, trueSince } } };
    }),
  }),
};

describe('the trial finds a snapshot that loses', () => {
  it.each(Object.entries(LOSSES))('%s', (_, lose) => {
    const spoil = (saved: SavedCore): SavedCore => ({ ...saved, engine: lose(saved.engine) });
    // Not every day shows it: all may speak again after the restart.
    expect(SEEDS.some((seed) => tryArrival(ground, { seed, readings: FEW, spoil }).lost.length > 0)).toBe(true);
  });
});
