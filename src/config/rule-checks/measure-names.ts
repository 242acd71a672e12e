import type { FactReference } from '../../model/condition.ts';
import { didYouMean } from '../../model/nearest-name.ts';
import type { Measure } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import type { FoundFact } from './fact-walk.ts';

export type KnownMeasure = Pick<Measure, 'id' | 'unit'>;

/** Measures that come with the engine: by how many seconds each reading came late. */
const BUILT_IN: readonly KnownMeasure[] = [{ id: '$lag', unit: 's' }];
const SHOWN = 10;
/** Problems of one file that a person is told of. */
const SAID = 20;

/** Every measure that a fact names is one of the city's; one that is not is told once, where it stands first. */
export function checkMeasureNames(facts: readonly FoundFact[], file: string, measures: readonly KnownMeasure[]): Problem[] {
  const known = new Set([...BUILT_IN, ...measures].map(({ id }) => id));
  const problems: Problem[] = [];
  for (const { params, pointer } of facts) {
    for (const name of ['of', 'in', 'out']) {
      for (const measure of measuresIn(params[name])) {
        if (known.has(measure)) continue;
        known.add(measure);
        problems.push({ code: 'rule-measure-unknown', file, pointer: `${pointer}/params/${name}`, message: noMeasure(measure, measures) });
        if (problems.length === SAID) return problems;
      }
    }
  }
  return problems;
}

/** The nearest name, else those that share a word. */
export function noMeasure(measure: string, measures: readonly KnownMeasure[]): string {
  const ids = measures.map(({ id }) => id);
  const meant = didYouMean(measure, ids);
  if (meant !== '') return `The city has no measure "${measure}"${meant}; correct it, or add it to measures.json.`;
  const words = new Set(measure.split('-'));
  const alike = ids.filter((id) => id.split('-').some((word) => words.has(word)));
  const shown = (alike.length > 0 ? alike : ids).slice(0, SHOWN);
  const mend = shown.length === 0 ? 'add it to measures.json' : `use one such as ${shown.join(', ')}, or add it to measures.json`;
  return `The city has no measure "${measure}"; ${mend}.`;
}

function measuresIn(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

/** Facts whose value has the unit of what they measure. */
const SAME_UNIT = new Set(['last', 'min', 'max', 'mean', 'percentile', 'rank', 'stddev', 'leq']);
/** Sums of what is measured: millimetres give millimetres, but states give a number of things that may have any name. */
const SUMS = new Set(['sum', 'increase']);
const COUNTED = new Set(['state', 'event', 'count', '']);

/** The unit on the screen is that of the measure, where the value is plainly a value of it. A value made of several is left alone. */
export function checkUnit(rule: RuleFile, file: string, measures: readonly KnownMeasure[]): Problem[] {
  const sums = SUMS.has(rule.value.fact);
  if (!sums && !SAME_UNIT.has(rule.value.fact) && !isDifference(rule.value)) return [];
  const units = new Map([...BUILT_IN, ...measures].map(({ id, unit }) => [id, unit]));
  for (const measure of measuresIn(rule.value.params?.['of'])) {
    const unit = units.get(measure);
    if (unit === undefined || unit === rule.unit || (sums && COUNTED.has(unit))) continue;
    const message = `The value is in "${rule.unit}", but the city measures ${measure} in "${unit}"; write "${unit}", or convert the value.`;
    return [{ code: 'rule-unit', file, pointer: '/unit', message }];
  }
  return [];
}

function isDifference({ fact, params }: FactReference): boolean {
  return fact === 'change' && params?.['as'] !== 'percent';
}
