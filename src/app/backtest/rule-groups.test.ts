import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_HANDLING } from '../../model/handling.ts';
import type { Rule } from '../../model/rule.ts';
import type { Arrival } from '../acceptance/arrival/arrivals.ts';
import { readGround, type TrialGround } from '../acceptance/arrival/trial-definition.ts';
import { CHECKOUT, START } from '../test-rig.ts';
import { joinRuns } from './join-runs.ts';
import { groupsOf, type RuleGroup } from './rule-groups.ts';
import type { RunResult } from './run-result.ts';
import { StoredRun } from './stored-run.ts';
import { arrivalOf, arrivalsOf, blocksOf, liveRun, type LiveRun } from './test-live-run.ts';

const READINGS = 1_500;
let ground: TrialGround;
let rules: readonly Rule[];
let groups: readonly RuleGroup[];

beforeAll(async () => {
  ground = await readGround(CHECKOUT);
  ({ rules } = ground.definition.rules);
  groups = groupsOf(rules, ground.definition.city.handling ?? DEFAULT_HANDLING);
});

function run({ end, points }: LiveRun, group: RuleGroup, gateways: boolean): RunResult {
  const definition = { ...ground.definition, rules: { hash: '', rules: group.rules } };
  const answering = { handledAfter: 600_000 };
  const stored = new StoredRun({ definition, from: 0, answering, measures: group.measures, gateways });
  for (const block of blocksOf(points, 700)) stored.take(block);
  stored.finish(end);
  return stored.result();
}

const told = ({ alerts, orders }: RunResult): unknown => ({ alerts, orders });

describe('rules that have to be run together', () => {
  it.each([11, 12])(
    'G1 Groups that are run each by itself, each with the readings of its measures, give what the whole set gives (script %i)',
    (seed) => {
      const live = liveRun(ground.definition, arrivalsOf(ground, seed, READINGS));
      const whole = run(live, { rules, measures: null, busy: 0 }, true);
      const parts = [run(live, { rules: [], measures: null, busy: 0 }, true), ...groups.map((group) => run(live, group, false))];
      expect(whole.alerts.length).toBeGreaterThan(20);
      expect(whole.orders.length).toBeGreaterThan(5);
      expect(told(joinRuns(parts))).toEqual(told(whole));
    },
  );

  it('control: rules that open orders of one kind give other orders when they are torn apart', () => {
    const smoke = (second: number, sensor: string): Arrival => arrivalOf(START + second * 1_000, sensor, { smoke: true });
    const live = liveRun(ground.definition, [smoke(0, 'smoke-iapm-01'), smoke(30, 'smoke-iapm-02'), smoke(600, 'smoke-iapm-01')]);
    const fire = groups.find((group) => group.rules.some(({ id }) => id === 'smoke-alarm')) as RuleGroup;
    const torn = fire.rules.map((rule) => run(live, { ...fire, rules: [rule] }, false));
    expect([run(live, fire, false).orders.length, joinRuns(torn).orders.length]).toEqual([1, 2]);
  });

  it('no rule is in two groups, and none is left out', () => {
    const ids = groups.flatMap((group) => group.rules.map(({ id }) => id));
    expect(ids.sort()).toEqual(rules.map(({ id }) => id).sort());
    expect(groups.length).toBeGreaterThan(20);
  });

  it('rules that ask for the sign of another, share its kind of order or are contained in it are in its group', () => {
    const groupOf = (id: string): readonly string[] =>
      groups.find((group) => group.rules.some((rule) => rule.id === id))?.rules.map((rule) => rule.id) ?? [];
    expect(groupOf('smoke-alarm')).toContain('smoke-alarm-confirmed');
    expect(groupOf('rainfall-1h')).toContain('road-ponding-depth');
  });

  it('a rule that asks who is silent hears every reading', () => {
    const offline = groups.find((group) => group.rules.some(({ id }) => id === 'device-offline-rate'));
    expect(offline?.measures).toBeNull();
  });
});
