import { beforeAll, describe, expect, it } from 'vitest';
import { readGround, withLateness, type TrialGround } from '../acceptance/arrival/trial-definition.ts';
import type { ReadingPoint } from '../../model/history-point.ts';
import { loadConfig } from '../../config/load-config.ts';
import { checkRules } from '../load-definition.ts';
import { CHECKOUT } from '../test-rig.ts';
import { StoredRun } from './stored-run.ts';
import { addSteps, arrivalsOf, blocksOf, liveRun, type LiveRun } from './test-live-run.ts';

const READINGS = 3_000;
let ground: TrialGround;

beforeAll(async () => {
  const patient = await readGround(CHECKOUT);
  // The rules as they are: those that judge at once among them.
  const { rules } = await checkRules(loadConfig({ env: {}, cwd: CHECKOUT }).rulesDir, patient.definition.city);
  const asWritten = new Map(rules.rules.map((rule) => [rule.id, rule.lateness]));
  ground = withLateness(patient, (rule) => asWritten.get(rule.id) ?? rule.lateness);
});

function backtest({ end }: Pick<LiveRun, 'end'>, points: readonly ReadingPoint[]): LiveRun['steps'] {
  const steps = new Map<string, string[]>();
  const { definition } = ground;
  const run = new StoredRun({ definition, from: 0, answering: { handledAfter: null }, onOutcome: (outcome) => addSteps(outcome, steps) });
  for (const block of blocksOf(points, 500)) run.take(block);
  run.finish(end);
  run.result();
  return steps;
}

describe('a run over stored readings', () => {
  it.each([1, 2, 3, 4])(
    'V1 The same readings in the order of the log give the alerts that the server gave, byte for byte (script %i)',
    (seed) => {
      const live = liveRun(ground.definition, arrivalsOf(ground, seed, READINGS));
      expect(live.points.length).toBeGreaterThan(READINGS / 2);
      const fired = [...live.steps.values()].filter((steps) => steps.some((step) => step.includes('"state":"firing"')));
      expect(fired.length).toBeGreaterThan(10);
      expect(backtest(live, live.points)).toEqual(live.steps);
    },
  );

  it('control: readings in the order of their own times are judged otherwise', () => {
    const live = liveRun(ground.definition, arrivalsOf(ground, 1, READINGS));
    const sorted = [...live.points].sort((a, b) => a.at - b.at);
    expect(backtest(live, sorted)).not.toEqual(live.steps);
  });
});
