import { formatDuration, parseDuration, type Millis } from '../../model/time.ts';
import type { Problem } from '../../model/problem.ts';
import { LONGEST_DURATION } from '../rule-file-shape.ts';
import type { RuleProblemCode } from '../rule-problem-codes.ts';
import type { FoundFact } from './fact-walk.ts';

const MINUTE: Millis = 60_000;
const HOUR: Millis = 3_600_000;
const DAY: Millis = 86_400_000;

/** Takes a problem with one parameter of the fact that is looked at. */
type Say = (code: RuleProblemCode, name: string, message: string) => void;

/** What the schema cannot say of the parameters of a fact: sane times, and parameters that go together. */
export function checkParams(facts: readonly FoundFact[], file: string): Problem[] {
  const problems: Problem[] = [];
  for (const fact of facts) {
    const say: Say = (code, name, message) => void problems.push({ code, file, pointer: `${fact.pointer}/params/${name}`, message });
    checkWindow(fact, say);
    checkKind(fact, say);
    checkClockAligned(fact, say);
    checkNumbers(fact, say);
    checkMatchers(fact, say);
  }
  return problems;
}

/** `null` where it is left out; more than the longest where it is no number of milliseconds any more. */
function durationOf({ params }: FoundFact, name: string): Millis | null {
  const text = params[name];
  return typeof text === 'string' ? (parseDuration(text) ?? LONGEST_DURATION + 1) : null;
}

function checkWindow(fact: FoundFact, say: Say): void {
  const window = durationOf(fact, 'window');
  if (window === 0) say('rule-duration', 'window', 'Write a window longer than 0s.');
  if (window !== null && window > LONGEST_DURATION) {
    say('rule-window-too-long', 'window', `Write a window of at most ${formatDuration(LONGEST_DURATION)}.`);
  }
  const per = durationOf(fact, 'per');
  if (per === 0 || (per !== null && per > LONGEST_DURATION)) say('rule-duration', 'per', 'Write a time such as "1m", "1h" or "1d".');
  for (const name of ['coverage', 'gap', 'mean']) {
    const part = durationOf(fact, name);
    if (part === null || window === null || (part > 0 && part <= window)) continue;
    say('rule-fact-params', name, `Write a ${name} longer than 0s and no longer than the window.`);
  }
}

/** Parameters that mean something for one kind of window only. */
function checkKind({ fact, params }: FoundFact, say: Say): void {
  const { kind = 'sliding', ago, gap, weight, coverage } = params;
  if (ago !== undefined && kind !== 'tumbling') say('rule-fact-params', 'ago', 'Take "ago" out, or write "kind": "tumbling".');
  if (gap !== undefined && kind !== 'session') say('rule-fact-params', 'gap', 'Take "gap" out, or write "kind": "session".');
  if (kind === 'session') {
    if (gap === undefined) say('rule-fact-params', 'kind', 'Add "gap": how long a silence ends the session.');
    if (coverage !== undefined) say('rule-fact-params', 'coverage', 'Take "coverage" out; a session is as long as it is.');
    if (fact === 'stddev') say('rule-fact-params', 'kind', 'Use a sliding or tumbling window: a session has no stddev.');
  }
  if (weight === undefined) return;
  if (fact !== 'mean' || kind !== 'sliding')
    say('rule-fact-params', 'weight', 'Take "weight" out; only a sliding mean can be weighted by time.');
  if (coverage !== undefined) say('rule-fact-params', 'coverage', 'Take "coverage" out; a mean weighted by time covers the whole window.');
}

/** Windows that begin by the clock must meet its midnight. */
function checkClockAligned(fact: FoundFact, say: Say): void {
  const window = durationOf(fact, 'window');
  if (fact.params['kind'] === 'tumbling' && window !== null && window > 0 && DAY % window !== 0 && window % DAY !== 0) {
    say('rule-window-uneven', 'window', 'Write a window that divides a day, such as "15m", "1h" or "8h", or whole days.');
  }
  const mean = durationOf(fact, 'mean');
  if (mean !== null && mean > 0 && DAY % mean !== 0)
    say('rule-window-uneven', 'mean', 'Write a time that divides a day, such as "15m" or "1h".');
  const slot = durationOf(fact, 'slot');
  if (slot === null) return;
  if (slot < 5 * MINUTE || slot > HOUR) say('rule-fact-params', 'slot', 'Write a slot from 5m to 1h.');
  else if (HOUR % slot !== 0) say('rule-window-uneven', 'slot', 'Write a slot that divides an hour, such as "5m", "15m" or "1h".');
}

function checkNumbers({ fact, params }: FoundFact, say: Say): void {
  const { within, last, rank, points, to } = params as {
    readonly within?: readonly [number, number];
    readonly last?: number;
    readonly rank?: number;
    readonly points?: readonly (readonly [number, number])[];
    readonly to?: unknown;
  };
  if (within !== undefined && within[0] > within[1]) say('rule-fact-params', 'within', 'Write the lower bound first: [lowest, highest].');
  if (last !== undefined && rank !== undefined && rank > last) {
    say('rule-fact-params', 'rank', `Write a rank from 1 to ${last}: there are no more samples to choose from.`);
  }
  if (fact === 'ratio' && to === 0) say('rule-fact-params', 'to', 'Write a divisor other than 0.');
  const fall = points?.findIndex(([x], i) => i > 0 && x <= (points[i - 1] as readonly [number, number])[0]) ?? -1;
  if (fall > 0) say('rule-fact-params', `points/${fall}/0`, 'Write the points in order of rising x, each x once.');
}

const MATCHERS = ['equal', 'above', 'below', 'atLeast', 'atMost'];

function checkMatchers({ fact, params }: FoundFact, say: Say): void {
  if (fact !== 'count' && fact !== 'exceedances') return;
  const given = MATCHERS.filter((name) => params[name] !== undefined);
  if (given.length > 1) say('rule-fact-params', given[1] as string, `Keep one of ${given.map((name) => `"${name}"`).join(', ')}.`);
  if (fact === 'exceedances' && given.length === 0)
    say('rule-fact-params', 'mean', 'Say which means count: add "atLeast", "above", "atMost" or "below".');
}
