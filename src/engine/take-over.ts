import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { SavedFlapping } from './flapping.ts';
import type { Routes } from './routes.ts';
import type { RunningRule } from './running-rule.ts';
import { CLOCK, DUE, TIME } from './key-clock.ts';

interface Change {
  readonly at: Millis;
  readonly routes: Routes;
  readonly out: Verdict[];
}

/**
 * A rule file has changed while it stands. `keep`: windows, holds and standings go on, by the names of levels and facts.
 * `rebase`: what was measured goes on, and every key is judged anew by it. `reset`: all of it ends. Another scope, split or
 * choice of models makes other keys, which cannot be kept.
 */
export function takeOver(prior: RunningRule, now: RunningRule, change: Change): void {
  const { rule } = now.compiled;
  const { memory } = now;
  if (rule.onChange === 'reset' || !sameKeys(prior, now)) {
    for (let key = 0; key < prior.memory.keys; key += 1) prior.end(key, change.at, change.out);
    change.routes.forget(rule.id);
    return;
  }
  const levels = levelsOf(prior, now);
  memory.adopt(prior.memory, levels);
  if (prior.flapping !== null) now.flapping?.restore(raisesOf(prior.flapping.save(), prior.memory.levels, levels));
}

/** A rule that has taken over is looked at again: all of it when it is judged anew, else where its new lines may be met. */
export function lookAgain(prior: RunningRule, now: RunningRule, out: Verdict[]): void {
  const { memory, compiled } = now;
  const anew = judgedAnew(prior, now);
  if (!anew && linesOf(prior) === linesOf(now)) return;
  for (let key = 0; key < memory.keys; key += 1) {
    const time = memory.clock[key * CLOCK + TIME] as number;
    if (!Number.isFinite(time)) continue;
    if (anew) now.judgeAnew(key, out);
    // A quiet key whose value is short of every line has nothing to be looked at for.
    else if (memory.busy[key] === 1 || compiled.quick === null || now.reaches(key)) {
      memory.clock[key * CLOCK + DUE] = Math.min(memory.clock[key * CLOCK + DUE] as number, time + 1);
    }
  }
}

/** Everything that decides, without the words. */
function linesOf({ compiled: { rule } }: RunningRule): string {
  return JSON.stringify([rule.value, rule.levels, rule.conditions, rule.stale, rule.flap, rule.lateness]);
}

/** What stands on facts that the rule no longer asks for cannot go on standing. */
export function judgedAnew(prior: RunningRule, now: RunningRule): boolean {
  return now.compiled.rule.onChange === 'rebase' || prior.compiled.shape !== now.compiled.shape;
}

function sameKeys(prior: RunningRule, now: RunningRule): boolean {
  const keys = ({ compiled: { rule } }: RunningRule): string => JSON.stringify([rule.scope, rule.split, rule.models]);
  return keys(prior) === keys(now);
}

/** Which old level each new one is, by name; −1 for none. */
export function levelsOf(prior: RunningRule, now: RunningRule): number[] {
  return now.compiled.rule.levels.map(({ level }) => prior.compiled.rule.levels.findIndex((old) => old.level === level));
}

/** Rows count levels: with other levels they are others. */
function raisesOf(saved: SavedFlapping, before: number, levels: readonly number[]): SavedFlapping {
  return saved.flatMap(([row, raises]) => {
    const level = levels.indexOf(row % before);
    return level === -1 ? [] : [[Math.floor(row / before) * levels.length + level, raises] as const];
  });
}
