import { noMeasure } from '../../config/rule-checks/measure-names.ts';
import { didYouMean } from '../../model/nearest-name.ts';
import type { City } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { Rule } from '../../model/rule.ts';
import type { RuleTestFile, TestCity } from './rule-test-file.ts';
import { sayingsOf } from './sayings.ts';
import { FIRST_SENSOR } from './trial.ts';

/** What a test may name beside the rules without a problem. */
export interface Around {
  /** Ids of rules that are there but have a problem: naming one of them is no second problem. */
  readonly unread?: ReadonlySet<string>;
  /** Left out where the city is not known: then no measure is looked at. */
  readonly measures?: City['measures'];
}

/** A hostile file does not get a report as long as itself. */
const PROBLEM_LIMIT = 20;
const FIRST_PLACE = 'p1';

/** What a test asks for that only the rest of its folder and its city can tell, or that no schema can say. */
export function checkTest(test: RuleTestFile, file: string, rules: readonly Rule[], { unread, measures }: Around = {}): Problem[] {
  const ids = [...rules.map(({ id }) => id), ...(unread ?? [])];
  const problems = [...checkRuleNames(test, ids), ...checkCity(test.city), ...checkSayings(test, measures)];
  return problems.slice(0, PROBLEM_LIMIT).map((problem) => ({ ...problem, file }));
}

type Found = Omit<Problem, 'file'>;

function checkRuleNames({ rule, with: beside = [] }: RuleTestFile, ids: readonly string[]): Found[] {
  const problems: Found[] = [];
  if (!ids.includes(rule)) {
    const message = `There is no valid rule "${rule}"${didYouMean(rule, ids)}; name the rule that this file tests.`;
    problems.push({ code: 'rule-test-orphan', pointer: '/rule', message });
  }
  beside.forEach((id, i) => {
    if (ids.includes(id)) return;
    const message = `There is no valid rule "${id}"${didYouMean(id, ids)}; name one of this folder.`;
    problems.push({ code: 'rule-sign-unknown', pointer: `/with/${i}`, message });
  });
  return problems;
}

function checkCity({ places, sensors = [] }: TestCity = {}): Found[] {
  const known = places?.map(({ id }) => id) ?? [FIRST_PLACE];
  return sensors.flatMap(({ place }, i) => {
    if (place === undefined || known.includes(place)) return [];
    const message = `There is no place "${place}" in this test${didYouMean(place, known)}; add it to "places", or name one of them.`;
    return [{ code: 'rule-test-reference', pointer: `/city/sensors/${i}/place`, message }];
  });
}

/** Each name that is unknown is told once, where it stands first. */
function checkSayings(test: RuleTestFile, measures: Around['measures']): Found[] {
  const sensors = new Set((test.city?.sensors ?? [{ id: FIRST_SENSOR }]).map(({ id }) => id));
  const known = new Set(measures?.map(({ id }) => id));
  const problems: Found[] = [];
  for (const { sensor, values, plain, pointer, sensorPointer } of sayingsOf(test)) {
    if (problems.length >= PROBLEM_LIMIT) break;
    if (plain) problems.push({ code: 'rule-schema', pointer, message: 'Add "measure", or write every value as {"measure": value}.' });
    if (!sensors.has(sensor)) problems.push(noSensor(sensor, sensorPointer, [...sensors]));
    sensors.add(sensor);
    for (const { measure, at } of values) {
      if (measures === undefined || known.has(measure) || problems.length >= PROBLEM_LIMIT) continue;
      problems.push({ code: 'rule-measure-unknown', pointer: at, message: noMeasure(measure, measures) });
      known.add(measure);
    }
  }
  return problems;
}

function noSensor(sensor: string, pointer: string, known: readonly string[]): Found {
  const message = `There is no sensor "${sensor}" in this test${didYouMean(sensor, known)}; add it to "sensors" under "city", or name one of them.`;
  return { code: 'rule-test-reference', pointer, message };
}
