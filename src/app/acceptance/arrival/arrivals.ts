import type { Engine } from '../../../engine/engine.ts';
import { GATEWAY_RULE } from '../../../engine/gateway-rule.ts';
import type { Millis } from '../../../model/time.ts';
import type { Random } from './random.ts';
import type { Word } from './script.ts';

/** A word, and when it comes in. */
export interface Arrival {
  readonly at: Millis;
  readonly word: Word;
}

/** Every word at its own time. */
export function inOrder(words: readonly Word[]): Arrival[] {
  return words.map((word) => ({ at: word.at, word }));
}

/** How long a word may be under way before a rule that it concerns stops waiting for it. */
export function patienceOf({ book }: Engine): (word: Word) => Millis {
  const waiting = book.rules.filter(({ compiled }) => compiled.rule.id !== GATEWAY_RULE.id);
  const known = new Map<string, Millis>();
  const ofMeasure = (measure: string): Millis => {
    const concerned = waiting.filter(({ compiled }) => compiled.measures.has(measure) || compiled.measures.has('*'));
    return Math.min(...concerned.map((rule) => book.laneOf(rule).lateness));
  };
  return ({ values }) => {
    let least = Number.POSITIVE_INFINITY;
    for (const measure of Object.keys(values)) {
      const patience = known.get(measure) ?? ofMeasure(measure);
      known.set(measure, patience);
      least = Math.min(least, patience);
    }
    return least;
  };
}

/** Each word late by chance, at the most by `most`, and up to three times again. */
export function outOfOrder(words: readonly Word[], random: Random, most: (word: Word) => Millis): Arrival[] {
  const arrivals: Arrival[] = [];
  for (const word of words) {
    const copies = 1 + random.between(0, 3);
    for (let i = 0; i < copies; i += 1) arrivals.push({ at: word.at + random.between(0, most(word)), word });
  }
  return arrivals.sort((a, b) => a.at - b.at);
}

/** Words that come in after one that is later than they are. */
export function countOvertaken(arrivals: readonly Arrival[]): number {
  let newest = Number.NEGATIVE_INFINITY;
  let overtaken = 0;
  for (const { word } of arrivals) {
    if (word.at < newest) overtaken += 1;
    newest = Math.max(newest, word.at);
  }
  return overtaken;
}
