import type { Condition, FactReference } from '../../model/condition.ts';
import type { ExplainedRow, ExplainedWindow } from '../../model/explanation.ts';
import { formatDuration, isoTime } from '../../model/time.ts';
import type { Held } from '../cells/cells.ts';
import { isReference } from '../condition/compile-condition.ts';
import { identityOf } from '../facts/fact-builder.ts';
import type { Store } from '../rule-memory.ts';
import { firstBy } from './first-by.ts';
import { operandsOf, watchedBy } from './operands.ts';
import { membersOf } from './replica.ts';
import type { Sight } from './sight.ts';
import { factText } from './words.ts';

/** Rows of sensors that are shown of one store. */
const ROWS = 10;

/** What is remembered at the key for each fact that the rule asks for. */
export function explainWindows(sight: Sight): ExplainedWindow[] {
  const names = new Map<Store, string[]>();
  for (const reference of referencesOf(sight)) {
    const operands = new Set(operandsOf(reference).flatMap((operand) => sight.fact(operand).stores));
    for (const store of sight.fact(reference).stores) {
      if (operands.has(store) || !isOwn(store, reference)) continue;
      names.set(store, [...(names.get(store) ?? []), factText(reference)]);
    }
  }
  return [...names].map(([store, facts]) => ({ facts, ...rowsOf(store, sight) }));
}

/** A fact that watches a condition has only how long that has held; the rest belongs to the facts of the condition. */
function isOwn({ identity }: Store, reference: FactReference): boolean {
  const watched = watchedBy(reference);
  return watched === null || identity.startsWith(`truth ${reference.fact === 'episodes'} ${watched} `);
}

/** Every fact of the rule once, operands before what is made of them. */
function referencesOf({ rule }: Sight): FactReference[] {
  const found = new Map<string, FactReference>();
  const add = (reference: FactReference): void => {
    if (reference.fact === 'value') return;
    for (const operand of operandsOf(reference)) add(operand);
    found.set(identityOf(reference), reference);
  };
  add(rule.value);
  for (const { when, clearWhen } of rule.levels)
    for (const condition of clearWhen === null ? [when] : [when, clearWhen]) for (const one of referencesIn(condition)) add(one);
  for (const condition of Object.values(rule.conditions)) for (const one of referencesIn(condition)) add(one);
  return [...found.values()];
}

function* referencesIn(condition: Condition): Generator<FactReference> {
  if ('any' in condition) for (const child of condition.any) yield* referencesIn(child);
  else if ('all' in condition) for (const child of condition.all) yield* referencesIn(child);
  else if ('not' in condition) yield* referencesIn(condition.not);
  else if ('fact' in condition) {
    yield { fact: condition.fact, ...(condition.params === undefined ? {} : { params: condition.params }) };
    if (isReference(condition.value)) yield condition.value;
  }
}

/** Read from the rule in force, so that sensors have the numbers by which stores know them. */
function rowsOf({ identity, by }: Store, sight: Sight): Pick<ExplainedWindow, 'rows' | 'more'> {
  const { memory } = sight.live;
  const cells = memory.stores.find((store) => store.identity === identity)?.cells;
  if (cells === undefined) return { rows: [], more: 0 };
  if (by === 'key') return { rows: [rowOf(cells.describe(sight.key, sight.at), null, sight)], more: 0 };
  const members = membersOf(memory, sight.key);
  // Who was heard last; who never was, at the end.
  const shown = firstBy(members, ROWS, (member) => -(memory.hearing.lastSeen[memory.memberSensor[member] as number] as number) || 0);
  return {
    rows: shown.map((member) => rowOf(cells.describe(member, sight.at), nameOf(member, sight), sight)),
    more: members.length - shown.length,
  };
}

function rowOf({ samples, from, to, covered, newest }: Held, sensor: string | null, sight: Sight): ExplainedRow {
  return {
    sensor,
    samples,
    from: from === null ? null : isoTime(from),
    to: to === null ? null : isoTime(to),
    covered: covered === null ? null : formatDuration(Math.round(covered)),
    newest: newest.map(({ at, value, count, member }) => ({
      at: isoTime(at),
      value: sight.shown(value),
      count,
      sensor: member === undefined ? null : nameOf(member, sight),
    })),
  };
}

function nameOf(member: number, { live }: Sight): string {
  return live.memory.around.sensors[live.memory.memberSensor[member] as number]?.id ?? '';
}
