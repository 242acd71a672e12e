import type { FactReference } from '../../model/condition.ts';
import type { ExplainedComparison, ExplainedFact, Reason, Shown } from '../../model/explanation.ts';
import { formatDuration, isoTime, type Millis } from '../../model/time.ts';
import { formatNumber, SIGN } from '../because.ts';
import { isReference } from '../condition/compile-condition.ts';
import type { LocalTime } from '../local-time.ts';

export function reason(code: string, zh: string, en: string): Reason {
  return { code, text: { zh, en } };
}

/** Two units are enough: nobody counts the seconds of a day. */
export function spoken(duration: Millis): string {
  if (duration < 1_000) return formatDuration(Math.max(0, Math.round(duration)));
  const parts = formatDuration(Math.floor(duration / 1_000) * 1_000).match(/\d+[a-z]+/g) ?? [];
  return parts.slice(0, 2).join('');
}

/** Time on the clock of the city; with its date where that is not the day of `now`. */
export function clockText(at: Millis, now: Millis, clock: LocalTime): string {
  const local = (time: Millis): string => isoTime(time + clock.offsetAt(time));
  const time = local(at).slice(11, 19);
  return local(at).slice(0, 10) === local(now).slice(0, 10) ? time : `${local(at).slice(5, 10)} ${time}`;
}

export function shownText(value: Shown): string {
  if (typeof value === 'number') return formatNumber(value);
  if (Array.isArray(value)) return `[${value.map((one: Shown) => shownText(one)).join(', ')}]`;
  return value === null ? '?' : `${value as string | boolean}`;
}

/** The operator and what stands to its right: `≥ 5`, `> place.capacity (4000)`. */
export function lineText(operator: string, right: ExplainedComparison['right']): string {
  const shown = 'fact' in right ? `${right.fact.text} (${shownText(right.fact.value)})` : shownText(right.value);
  return `${SIGN[operator] ?? operator} ${shown}`;
}

/** What a fact came to, with the unit where it is the number that people see beside the sign. */
export function seenText({ fact, value }: Pick<ExplainedFact, 'fact' | 'value'>, unit: string): string {
  return `${shownText(value)}${fact === 'value' && typeof value === 'number' && unit !== 'state' ? ` ${unit}` : ''}`;
}

/** Params that speak for themselves, without their name. */
const BARE = new Set(['of', 'window', 'attribute', 'as', 'sign', 'when', 'slot', 'method']);
/** Params that say nothing to people. */
const LEFT_OUT = new Set(['points', 'last', 'rank', 'within']);

/** A fact as an analyst says it: `sum(rain, 1h)`, `place.capacity`, `rank(depth, 2 of 3)`. */
export function factText({ fact, params = {}, path }: FactReference): string {
  const of = params['of'];
  if ((fact === 'place' || fact === 'sensor') && typeof params['attribute'] === 'string') return `${fact}.${params['attribute']}`;
  if (fact === 'ratio') return `(${operandText(of)} ÷ ${operandText(params['to'])}${timesText(params['times'])})`;
  if (fact === 'difference') return `(${operandText(of)} − ${operandText(params['minus'])})`;
  if (fact === 'total' && Array.isArray(of)) return `(${of.map(operandText).join(' + ')})`;
  const parts = Object.entries(params)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => (BARE.has(name) ? operandText(value) : value === true ? name : `${name} ${operandText(value)}`));
  if (fact === 'rank') parts.push(`${shownText(params['rank'] as Shown)} of ${shownText(params['last'] as Shown)}`);
  return `${fact}${parts.length === 0 ? '' : `(${parts.join(', ')})`}${path ?? ''}`;
}

function timesText(times: unknown): string {
  return typeof times === 'number' && times !== 1 ? ` × ${formatNumber(times)}` : '';
}

function operandText(value: unknown): string {
  if (isReference(value)) return factText(value);
  if (Array.isArray(value)) return value.map(operandText).join(value.some(isReference) ? ', ' : '/');
  return shownText(value as Shown);
}
