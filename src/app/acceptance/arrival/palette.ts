import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRuleTest, RULE_TEST_ENDING } from '../../../config/rule-test-file.ts';
import type { Rule } from '../../../model/rule.ts';
import type { Ladder, Probe, RuleTestFile, Values } from '../../rule-test/rule-test-file.ts';
import { FIRST_SENSOR } from '../../rule-test/trial.ts';

/** Sensors of a rule test that has no model in it. */
const ANY = 'test';

/** What sensors of one model may say. */
export interface Sayings {
  /** Values around the thresholds of the rules that listen to them. */
  readonly all: readonly Values[];
  /** Those at which nothing is the matter; empty where no test names any. */
  readonly calm: readonly Values[];
}

/** Sensor model → what its sensors say in the rule tests. A model that no test names says what the tests without models say. */
export function readPalette(directory: string, rules: readonly Rule[]): (model: string) => Sayings {
  const byModel = new Map<string, { readonly all: Map<string, Values>; readonly calm: Map<string, Values> }>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith(RULE_TEST_ENDING)) continue;
    const test = parseRuleTest(readFileSync(join(directory, file), 'utf8'), file).value as RuleTestFile | null;
    const rule = rules.find(({ id }) => id === test?.rule);
    if (test === null || rule === undefined) continue;
    for (const { sensor, values, calm } of saidIn(test)) {
      const model = modelOf(test, sensor, rule);
      const said = byModel.get(model) ?? { all: new Map<string, Values>(), calm: new Map<string, Values>() };
      byModel.set(model, said);
      said[calm ? 'calm' : 'all'].set(JSON.stringify(values), values);
    }
  }
  return (model) => {
    const said = byModel.get(model) ?? byModel.get(ANY);
    return { all: [...(said?.all.values() ?? [])], calm: [...(said?.calm.values() ?? [])] };
  };
}

function modelOf(test: RuleTestFile, sensor: string, rule: Rule): string {
  return test.city?.sensors?.find(({ id }) => id === sensor)?.model ?? rule.models[0] ?? ANY;
}

interface Saying {
  readonly sensor: string;
  readonly values: Values;
  readonly calm: boolean;
}

function saidIn({ cases = [], ladders = [] }: RuleTestFile): Saying[] {
  return [
    ...cases.flatMap(({ input }) => input.map(({ sensor = FIRST_SENSOR, values }) => ({ sensor, values, calm: false }))),
    ...ladders.flatMap(probesOf),
  ];
}

function probesOf({ sensor = FIRST_SENSOR, rest, measure = '', levels }: Ladder): Saying[] {
  const say = (probe: Probe, calm: boolean): Saying => ({
    sensor,
    values: typeof probe === 'object' ? probe : { [measure]: probe },
    calm,
  });
  const probes = Object.values(levels).flatMap(({ safe, edge, past, stay, clear }) => [safe, edge, past, stay, clear]);
  return [say(rest, true), ...probes.flatMap((probe) => (probe === undefined ? [] : [say(probe, false)]))];
}
