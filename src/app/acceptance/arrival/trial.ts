import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { Millis } from '../../../model/time.ts';
import type { SavedCore } from '../../core.ts';
import { countOvertaken, inOrder, outOfOrder, patienceOf, type Arrival } from './arrivals.ts';
import { differencesOf, differingVerdicts } from './differences.ts';
import { Random } from './random.ts';
import { Run } from './run.ts';
import { makeScript, type Word } from './script.ts';
import type { TrialGround } from './trial-definition.ts';

/** So that what is under way ends: windows run empty, holds pass. */
const AFTERWARDS: Millis = 3 * 3_600_000;

export interface ArrivalReport {
  readonly readings: number;
  readonly arrivals: number;
  readonly duplicates: number;
  readonly overtaken: number;
  /** From the first reading to the last. */
  readonly span: Millis;
  readonly verdicts: number;
  /** Alerts that fired, and those of them that were resolved. */
  readonly fired: number;
  readonly resolved: number;
  readonly orders: number;
  /** Rules whose alerts fired. */
  readonly rules: ReadonlySet<string>;
  /** Made by the order of arrival. */
  readonly differences: readonly string[];
  /** Made by the restart. */
  readonly lost: readonly string[];
}

export interface ArrivalOptions {
  readonly seed: number;
  readonly readings: number;
  /** How late a word may be; as long as all rules wait for it, unless told otherwise. */
  readonly delay?: (patience: Millis) => Millis;
  /** What becomes of a snapshot on its way. */
  readonly spoil?: (saved: SavedCore) => SavedCore;
}

/** One script told in two orders of arrival, the second once more with a restart on the way. */
export function tryArrival(ground: TrialGround, options: ArrivalOptions): ArrivalReport {
  const { seed, readings, delay = (patience) => patience, spoil = (saved) => saved } = options;
  const { definition } = ground;
  const { start, words } = makeScript(ground, seed, readings);
  const last = (words.at(-1) as Word).at;
  const sorted = new Run(definition, start).play(inOrder(words)).waitUntil(last + AFTERWARDS);
  const random = new Random(seed + 1_000_000);
  const patience = patienceOf(sorted.core.engine);
  const arrivals = outOfOrder(words, random, (word) => delay(patience(word)));
  const cut = random.between(1, arrivals.length - 1);
  const shuffled = new Run(definition, start).play(arrivals.slice(0, cut));
  const restarted = Run.from(definition, spoil(deserialize(serialize(shuffled.core.save())) as SavedCore));
  const said = shuffled.verdicts.length;
  for (const run of [shuffled, restarted]) run.play(arrivals.slice(cut)).waitUntil(last + AFTERWARDS);
  const lost = differingVerdicts(shuffled.verdicts.slice(said), restarted.verdicts);
  if (!isDeepStrictEqual(shuffled.core.save(), restarted.core.save())) lost.push('the states at the end');
  return { ...told(words, arrivals, shuffled), differences: differencesOf(sorted, shuffled), lost };
}

function told(words: readonly Word[], arrivals: readonly Arrival[], run: Run): Omit<ArrivalReport, 'differences' | 'lost'> {
  const fired = [...run.alerts.values()].filter(({ firedAt }) => firedAt !== null);
  return {
    readings: words.length,
    arrivals: arrivals.length,
    duplicates: run.duplicates,
    overtaken: countOvertaken(arrivals),
    span: (words.at(-1) as Word).at - (words[0] as Word).at,
    verdicts: run.verdicts.length,
    fired: fired.length,
    resolved: fired.filter(({ resolvedAt }) => resolvedAt !== null).length,
    orders: run.orders.size,
    rules: new Set(fired.map(({ rule }) => rule)),
  };
}
