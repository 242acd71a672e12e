import type { Explanation, KeyExplanation } from '../../model/explanation.ts';
import { formatDuration, isoTime, type Millis } from '../../model/time.ts';
import { CLOCK, DUE, TIME } from '../key-clock.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';
import { explainAbsence, explainedSensor } from './explain-absence.ts';
import { explainFact } from './explain-condition.ts';
import { explainLevels } from './explain-levels.ts';
import { explainWindows } from './explain-windows.ts';
import { findKey } from './find-key.ts';
import { firstBy } from './first-by.ts';
import { heldBy } from './held-by.ts';
import { KEY, membersOf } from './replica.ts';
import { Sight } from './sight.ts';
import { summarize } from './summary.ts';
import { waitingFor } from './waiting.ts';

/** Sensors of a key that are named. */
const NAMED = 20;

/**
 * Why a rule stands as it does at a key, or why not, at the clock time `now`; `null` when no such rule is in force.
 *
 * X1 Nothing that the engine remembers is changed by it.
 * X2 What it says is what the engine would find if it looked at the key then.
 */
export function explainSign(book: RuleBook, ruleId: string, asked: string, now: Millis): Explanation | null {
  const rule = book.rules.find(({ compiled }) => compiled.rule.id === ruleId);
  if (rule === undefined) return null;
  const { id, version, title, unit, scope } = rule.compiled.rule;
  const { lateness } = book.laneOf(rule);
  const shared = { rule: { id, version, title, unit, scope }, asked, zone: book.city?.zone ?? 'UTC', lateness: formatDuration(lateness) };
  const found = findKey(asked, rule, book);
  if (found.key !== -1) return { ...shared, ...explainKey(rule, found.key, book, now) };
  const absence = explainAbsence(asked, found, rule, book);
  return { ...shared, exists: false, at: Number.isFinite(now) ? isoTime(now) : null, summary: absence.why.text, ...absence };
}

function explainKey(
  rule: RunningRule,
  key: number,
  book: RuleBook,
  now: Millis,
): Omit<KeyExplanation, 'rule' | 'asked' | 'zone' | 'lateness'> {
  const { memory } = rule;
  const lane = book.laneOf(rule);
  const reached = memory.clock[key * CLOCK + TIME] as number;
  // Who waits for late readings has come only so far.
  const sight = new Sight(rule, lane, key, Math.max(reached, lane.buffer === null ? now : lane.buffer.frontier(now) - 1));
  const members = membersOf(memory, key).map((member) => memory.memberSensor[member] as number);
  const levels = explainLevels(sight);
  const waiting = waitingFor(new Set(members), rule, lane, book);
  const held = heldBy(sight);
  const { key: name, street } = memory.subject(key);
  const place = memory.placeOf(key);
  const due = memory.clock[key * CLOCK + DUE] as number;
  const { newest, at } = sight;
  const sensors = firstBy(members, NAMED, (sensor) => heardAt(sensor, book));
  return {
    exists: true,
    key: name,
    place: place === null ? null : { id: place.id, title: place.title },
    street: streetOf(street, book),
    at: isoTime(at),
    reached: Number.isFinite(reached) ? isoTime(reached) : null,
    newest: Number.isFinite(newest) ? { at: isoTime(newest), ago: formatDuration(Math.max(0, at - newest)) } : null,
    stale: rule.compiled.rule.stale === null ? null : formatDuration(rule.compiled.rule.stale),
    value: explainFact(rule.compiled.rule.value, sight.replica.compiled.value(KEY), sight),
    standing: rule.levelAt(memory.standing[key] as number),
    holding: rule.levelAt(memory.holding[key] as number),
    levels,
    heldBy: held,
    due: Number.isFinite(due) ? sight.moment(due) : null,
    windows: explainWindows(sight),
    sensors: sensors.map((index) => explainedSensor(book.around.sensors[index] as Parameters<typeof explainedSensor>[0], book)),
    moreSensors: members.length - sensors.length,
    waiting,
    summary: summarize({ levels, heldBy: held, waiting }, sight),
  };
}

/** −Infinity before its first word. */
function heardAt(sensor: number, { around }: RuleBook): Millis {
  const heard = around.heard.lastSeen[sensor] as number;
  return Number.isNaN(heard) ? Number.NEGATIVE_INFINITY : heard;
}

function streetOf(code: string | null, { city }: RuleBook): KeyExplanation['street'] {
  const street = city?.streets.find((one) => one.code === code);
  return street === undefined ? null : { code: street.code, title: street.title };
}
