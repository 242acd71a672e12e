import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shownSigns } from '../../engine/shown-signs.ts';
import type { HistoryPoint } from '../../model/history-point.ts';
import type { SignSample } from '../../model/sign-sample.ts';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import { createOutcome } from '../batch-outcome.ts';
import type { Core } from '../core.ts';
import type { Definition } from '../definition.ts';
import { coreOf, message, realDefinition, START } from '../test-rig.ts';
import { ReadingPoints } from './reading-points.ts';
import { SignSamples } from './sign-samples.ts';

let definition: Definition;
let core: Core;
let events: TelemetryEvent[];

beforeAll(async () => {
  definition = await realDefinition();
});
beforeEach(() => {
  core = coreOf(definition);
  events = [];
});

function crowd(second: number, persons: number): void {
  const outcome = createOutcome();
  core.begin(START + second * 1_000, outcome);
  core.step(message('people-wukang-01', { at: START + second * 1_000, values: { 'people-in': persons, 'people-out': 0 } }), outcome);
}

const samplesOf = (samples: SignSamples): readonly SignSample[] => samples.take(shownSigns(core.engine.book))?.signs ?? [];
const at = (samples: readonly SignSample[], sign: string): readonly SignSample[] => samples.filter((one) => one.sign === sign);

describe('what signs say between two changes of their level', () => {
  it('is sampled where it is known, with the place and the street', () => {
    crowd(0, 50);
    const taken = at(samplesOf(new SignSamples((event) => void events.push(event))), 'venue-occupancy');
    expect(taken).toEqual([
      {
        sign: 'venue-occupancy',
        key: 'place:wukang-building',
        place: 'wukang-building',
        street: '310104004',
        level: null,
        value: expect.any(Number) as number,
      },
    ]);
  });

  it('Q1 A sample is taken only of what says something else than when it was sampled last.', () => {
    const samples = new SignSamples((event) => void events.push(event));
    expect(samplesOf(samples)).toEqual([]);
    crowd(0, 50);
    expect(samplesOf(samples).length).toBeGreaterThan(0);
    expect(samplesOf(samples)).toEqual([]);
    crowd(60, 70);
    expect(at(samplesOf(samples), 'venue-occupancy')).toHaveLength(1);
  });

  it('Q1 What was left out for want of room is told, and is first the next time.', () => {
    crowd(0, 50);
    const all = samplesOf(new SignSamples(() => undefined));
    expect(all.length).toBeGreaterThan(1);
    const narrow = new SignSamples((event) => void events.push(event), 1);
    const taken = all.map(() => samplesOf(narrow)[0]);
    expect(new Set(taken.map((one) => `${one?.sign} ${one?.key}`)).size).toBe(all.length);
    expect(events[0]).toEqual({ name: 'history.signs-left-out', signs: all.length - 1 });
    expect(samplesOf(narrow)).toEqual([]);
  });

  it('decides nothing, and is a point of the sign at its moment', () => {
    crowd(0, 50);
    const event = new SignSamples(() => undefined).take(shownSigns(core.engine.book));
    if (event === null) throw new Error('nothing was sampled');
    const outcome = createOutcome();
    core.begin(START + 60_000, outcome);
    expect(core.step(event, outcome)).toEqual({ kind: 'done' });
    expect([outcome.alerts.size, outcome.orders.size, outcome.rejections.length]).toEqual([0, 0, 0]);
    const points: HistoryPoint[] = [];
    new ReadingPoints(definition, () => definition).take({ offset: 1, at: START + 60_000, events: [event] }, points);
    expect(points).toEqual(event.signs.map((sample) => ({ kind: 'sign', ...sample, at: START + 60_000, nth: 999_999 })));
  });
});
