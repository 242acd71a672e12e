import type { Measure } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import type { FoundFact } from './fact-walk.ts';

export type KnownMeasure = Pick<Measure, 'id' | 'unit'>;

/** Measures that come with the engine: by how many seconds each reading came late. */
const BUILT_IN: readonly KnownMeasure[] = [{ id: '$lag', unit: 's' }];
const SHOWN = 10;

/** Every measure that a fact names is one of the city's; one that is not is told once, where it stands first. */
export function checkMeasureNames(facts: readonly FoundFact[], file: string, measures: readonly KnownMeasure[]): Problem[] {
  const known = new Set([...BUILT_IN, ...measures].map(({ id }) => id));
  const problems: Problem[] = [];
  for (const { params, pointer } of facts) {
    for (const name of ['of', 'in', 'out']) {
      for (const measure of measuresIn(params[name])) {
        if (known.has(measure)) continue;
        known.add(measure);
        const message = `The city has no measure "${measure}"; ${mendOf(measure, measures)}.`;
        problems.push({ code: 'rule-measure-unknown', file, pointer: `${pointer}/params/${name}`, message });
      }
    }
  }
  return problems;
}

/** Names that share a word are the likelier ones. */
function mendOf(measure: string, measures: readonly KnownMeasure[]): string {
  const words = new Set(measure.split('-'));
  const alike = measures.filter(({ id }) => id.split('-').some((word) => words.has(word)));
  const shown = (alike.length > 0 ? alike : measures).slice(0, SHOWN).map(({ id }) => id);
  return shown.length === 0 ? 'add it to measures.json' : `use one such as ${shown.join(', ')}, or add it to measures.json`;
}

function measuresIn(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

/** Facts whose value has the unit of what they measure. */
const SAME_UNIT = new Set(['last', 'min', 'max', 'mean', 'percentile', 'rank']);

/** The unit on the screen is that of the measure, where the value is plainly a value of it. A value made of several is left alone. */
export function checkUnit(rule: RuleFile, file: string, measures: readonly KnownMeasure[]): Problem[] {
  if (!SAME_UNIT.has(rule.value.fact)) return [];
  const units = new Map([...BUILT_IN, ...measures].map(({ id, unit }) => [id, unit]));
  for (const measure of measuresIn(rule.value.params?.['of'])) {
    const unit = units.get(measure);
    if (unit === undefined || unit === rule.unit) continue;
    const message = `The value is in "${rule.unit}", but the city measures ${measure} in "${unit}"; write "${unit}", or convert the value.`;
    return [{ code: 'rule-unit', file, pointer: '/unit', message }];
  }
  return [];
}
