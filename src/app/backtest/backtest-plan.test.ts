import { beforeAll, describe, expect, it } from 'vitest';
import { readGround } from '../acceptance/arrival/trial-definition.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { CHECKOUT } from '../test-rig.ts';
import { planBacktest, type Plan } from './backtest-plan.ts';

let city: City;
let rules: readonly Rule[];
beforeAll(async () => {
  const { definition } = await readGround(CHECKOUT);
  ({ city } = definition);
  ({ rules } = definition.rules);
});

const slower = (id: string): Rule[] => rules.map((rule) => (rule.id === id ? { ...rule, version: rule.version + 1 } : rule));
const ids = (plan: Plan, side: string): string[] =>
  plan.jobs.filter((job) => job.side === side).flatMap((job) => job.rules.map(({ id }) => id));

describe('what a back-test has to run', () => {
  it('is nothing where both sets say the same', () => {
    expect(planBacktest({ after: rules, before: rules, only: null, city, threads: 2 })).toMatchObject({ jobs: [], rules: [], changed: [] });
  });

  it('is on both sides what differs, and what that is bound to', () => {
    const plan = planBacktest({ after: slower('rainfall-1h'), before: rules, only: null, city, threads: 2 });
    expect(plan.changed).toEqual(['rainfall-1h']);
    expect(ids(plan, 'after')).toEqual(expect.arrayContaining(['rainfall-1h', 'rainfall-6h', 'road-ponding-depth']));
    expect(ids(plan, 'after').sort()).toEqual(ids(plan, 'before').sort());
    expect(new Set(plan.jobs.map(({ thread, side }) => `${thread} ${side}`)).size).toBe(2);
  });

  it('a rule that only one side has is run there, with those that it is bound to on both', () => {
    const before = rules.filter(({ id }) => id !== 'rainfall-6h');
    const plan = planBacktest({ after: rules, before, only: null, city, threads: 2 });
    expect(plan.changed).toEqual(['rainfall-6h']);
    expect(ids(plan, 'after')).toContain('rainfall-6h');
    expect(ids(plan, 'before')).not.toContain('rainfall-6h');
    expect(ids(plan, 'before')).toContain('rainfall-1h');
  });

  it('is every rule once where all are compared with what was recorded, the gateways in one job that hears everything', () => {
    for (const threads of [1, 2, 4]) {
      const plan = planBacktest({ after: rules, before: null, only: null, city, threads });
      expect(ids(plan, 'after').sort()).toEqual(rules.map(({ id }) => id).sort());
      const gateways = plan.jobs.filter((job) => job.gateways);
      expect(gateways.map(({ measures }) => measures)).toEqual([null]);
      expect(new Set(plan.jobs.map(({ thread }) => thread)).size).toBe(threads);
    }
  });

  it('reads no more measures than somebody asks for', () => {
    const { measures } = planBacktest({ after: rules, before: null, only: ['traffic-index'], city, threads: 2 });
    expect(measures).toContain('traffic-index');
    expect(measures?.length).toBeLessThan(10);
  });
});
