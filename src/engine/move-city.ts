import type { Sensor } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { ShareCells } from './cells/share-cells.ts';
import { SilenceCells } from './cells/silence-cells.ts';
import { RuleMemory } from './rule-memory.ts';
import type { Routes } from './routes.ts';
import type { RunningRule } from './running-rule.ts';
import { subjectOf } from './scope-key.ts';
import { judgedAnew, levelsOf } from './take-over.ts';
import { CLOCK, DUE, TIME } from './key-clock.ts';

interface Move {
  readonly at: Millis;
  readonly from: Routes;
  readonly to: Routes;
  readonly wasRegistered: (sensor: string) => boolean;
  readonly out: Verdict[];
}

/**
 * The city has changed: sensors stand elsewhere, have another cadence, or are gone. A key goes on when one of its sensors
 * still speaks for it; sensors that moved away leave it, and what they said leaves with its window.
 */
export function moveCity(prior: RunningRule, now: RunningRule, move: Move): void {
  const { rule } = now.compiled;
  const laid = new RuleMemory(rule, prior.memory.around);
  // The old columns under the new levels.
  laid.adopt(prior.memory, levelsOf(prior, now));
  const keyOf = new Map<number, number>();
  if (rule.onChange !== 'reset') for (let m = 0; m < prior.memory.members; m += 1) moveMember(m, { prior, now, laid, keyOf, move });
  if (rule.scope === 'gateway') keepMemberless(prior, now, laid, keyOf);
  for (const { cells } of now.memory.stores) if (cells instanceof ShareCells || cells instanceof SilenceCells) cells.recount();
  if (judgedAnew(prior, now)) {
    for (let key = 0; key < now.memory.keys; key += 1)
      if (Number.isFinite(now.memory.clock[key * CLOCK + TIME])) now.judgeAnew(key, move.out);
  }
  for (let key = 0; key < prior.memory.keys; key += 1) if (!keyOf.has(key)) prior.end(key, move.at, move.out);
}

interface Moving {
  readonly prior: RunningRule;
  readonly now: RunningRule;
  readonly laid: RuleMemory;
  /** Old key → new key. */
  readonly keyOf: Map<number, number>;
  readonly move: Move;
}

function moveMember(member: number, { prior, now, laid, keyOf, move }: Moving): void {
  const { memory } = now;
  const before = prior.memory.around.sensors[prior.memory.memberSensor[member] as number] as Sensor;
  const sensor = registered(now, before.id) ?? (move.wasRegistered(before.id) ? null : before);
  // Gone, or speaks for another key.
  if (sensor === null) return;
  const subject = subjectOf(now.compiled.rule, sensor, memory.around);
  const oldKey = prior.memory.memberKey[member] as number;
  if (subject === null || subject.key !== prior.memory.subject(oldKey).key) return;
  const index = move.to.sensorIndex(sensor);
  const seen = prior.memory.around.heard.lastSeen[prior.memory.memberSensor[member] as number] as number;
  for (const { lastSeen } of [memory.around.heard, memory.hearing]) if (!(seen <= (lastSeen[index] as number))) lastSeen[index] = seen;
  const row = memory.join(index, subject);
  if (row === -1) return;
  move.to.put(index, now, row);
  const key = memory.memberKey[row] as number;
  copyStores(prior, now, { by: 'member', from: member, to: row });
  if (keyOf.has(oldKey)) return;
  keyOf.set(oldKey, key);
  copyKey({ prior, now, laid }, oldKey, key);
}

function copyKey({ prior, now, laid }: Pick<Moving, 'prior' | 'now' | 'laid'>, from: number, to: number): void {
  const { memory } = now;
  memory.copyKey(laid, from, to);
  copyStores(prior, now, { by: 'key', from, to });
  if (Number.isFinite(memory.clock[to * CLOCK + TIME]))
    memory.clock[to * CLOCK + DUE] = Math.min(memory.clock[to * CLOCK + DUE] as number, (memory.clock[to * CLOCK + TIME] as number) + 1);
}

interface CopiedRow {
  readonly by: 'key' | 'member';
  readonly from: number;
  readonly to: number;
}

function copyStores(prior: RunningRule, now: RunningRule, { by, from, to }: CopiedRow): void {
  for (const store of now.memory.stores) {
    if (store.by !== by) continue;
    const same = prior.memory.stores.find((one) => one.identity === store.identity && one.by === by);
    if (same !== undefined) store.cells.copyRow(same.cells, from, to);
  }
}

/** Gateways have no members; they go on as they were. */
function keepMemberless(prior: RunningRule, now: RunningRule, laid: RuleMemory, keyOf: Map<number, number>): void {
  for (let key = 0; key < prior.memory.keys; key += 1) {
    if (keyOf.has(key) || prior.memory.firstMember[key] !== -1) continue;
    const to = now.memory.keyOf(prior.memory.subject(key));
    keyOf.set(key, to);
    copyKey({ prior, now, laid }, key, to);
  }
}

function registered(now: RunningRule, id: string): Sensor | null {
  return now.memory.around.registered.get(id) ?? null;
}
