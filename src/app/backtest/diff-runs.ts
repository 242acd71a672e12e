import type { Level } from '../../model/level.ts';
import type { Millis } from '../../model/time.ts';
import type { PartyHour, RunAlert, RunOrder, RunResult } from './run-result.ts';

/** Two of one key whose times lie no further apart are one that has moved; unless both last, then it is enough that they overlap. */
const NEAR: Millis = 3_600_000;

export interface MovedAlert {
  readonly before: RunAlert;
  readonly after: RunAlert;
  /** How much later it fires; negative: earlier. */
  readonly by: Millis;
}

export interface MovedOrder {
  readonly before: RunOrder;
  readonly after: RunOrder;
  readonly by: Millis;
}

export interface PartyLoad {
  readonly party: string;
  /** Times that it is sent out; `null`: not known. */
  readonly before: number | null;
  readonly after: number;
  /** In its fullest hour. */
  readonly mostBefore: number | null;
  readonly mostAfter: number;
}

/** What changes from one run to the other. */
export interface RunDiff {
  readonly kind: 'run-diff';
  readonly alerts: {
    readonly before: number;
    readonly after: number;
    readonly same: number;
    readonly gained: readonly RunAlert[];
    readonly lost: readonly RunAlert[];
    /** Fires earlier or later. */
    readonly moved: readonly MovedAlert[];
    /** At the same time, but it comes to another level, or ends at another time. */
    readonly altered: readonly MovedAlert[];
  };
  readonly orders: {
    readonly before: number;
    readonly after: number;
    readonly same: number;
    readonly gained: readonly RunOrder[];
    readonly lost: readonly RunOrder[];
    readonly moved: readonly MovedOrder[];
    readonly altered: readonly MovedOrder[];
  };
  readonly load: readonly PartyLoad[];
  readonly hours: readonly { readonly hour: Millis; readonly party: string; readonly before: number | null; readonly after: number }[];
}

/**
 * Says what one run has that another has not.
 *
 * D1 Every alert and order of both is in exactly one of: same, moved, altered, gained, lost.
 * D2 A run beside itself differs in nothing.
 */
export function diffRuns(before: RunResult, after: RunResult): RunDiff {
  const alerts = match(before.alerts, after.alerts, {
    group: ({ rule, key }) => `${rule} ${key}`,
    from: ({ firedAt }) => firedAt,
    to: ({ resolvedAt }) => resolvedAt,
    level: ({ peak }) => peak,
  });
  const orders = match(before.orders, after.orders, {
    group: ({ sort, place, street }) => `${sort} ${place} ${street ?? ''}`,
    from: ({ openedAt }) => openedAt,
    // When an order closes is imagined: it is no difference by itself.
    to: () => null,
    level: ({ level, parties }) => `${level} ${[...parties].sort().join()}`,
  });
  return { kind: 'run-diff', alerts, orders, load: loadOf(before.load, after.load), hours: hoursOf(before.load, after.load) };
}

interface Reading<One> {
  readonly group: (one: One) => string;
  readonly from: (one: One) => Millis;
  readonly to: (one: One) => Millis | null;
  readonly level: (one: One) => Level | string;
}

interface Pair<One> {
  readonly before: One;
  readonly after: One;
  readonly by: Millis;
}

interface Matched<One> {
  readonly before: number;
  readonly after: number;
  readonly same: number;
  readonly gained: One[];
  readonly lost: One[];
  readonly moved: Pair<One>[];
  readonly altered: Pair<One>[];
}

function match<One extends { readonly id: string }>(before: readonly One[], after: readonly One[], read: Reading<One>): Matched<One> {
  const left = grouped(before, read);
  const found = { gained: [] as One[], lost: [] as One[], moved: [] as Pair<One>[], altered: [] as Pair<One>[] };
  let same = 0;
  const pair = (a: One, b: One): void => {
    const by = read.from(b) - read.from(a);
    if (by !== 0) found.moved.push({ before: a, after: b, by });
    else if (read.level(a) !== read.level(b) || read.to(a) !== read.to(b)) found.altered.push({ before: a, after: b, by });
    else same += 1;
  };
  for (const [group, ofAfter] of grouped(after, read)) {
    pairUp(left.get(group) ?? [], ofAfter, read, { pair, lost: (one) => found.lost.push(one), gained: (one) => found.gained.push(one) });
    left.delete(group);
  }
  for (const rest of left.values()) found.lost.push(...rest);
  const inTime = (a: One, b: One): number => read.from(a) - read.from(b) || (a.id < b.id ? -1 : 1);
  found.gained.sort(inTime);
  found.lost.sort(inTime);
  return { before: before.length, after: after.length, same, ...found };
}

function grouped<One>(all: readonly One[], { group, from }: Reading<One>): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const members = groups.get(group(one));
    if (members === undefined) groups.set(group(one), [one]);
    else members.push(one);
  }
  for (const members of groups.values()) members.sort((a, b) => from(a) - from(b));
  return groups;
}

interface Told<One> {
  readonly pair: (before: One, after: One) => void;
  readonly gained: (one: One) => void;
  readonly lost: (one: One) => void;
}

/** First what begins at the same moment, then what is nearest in the order of time. */
function pairUp<One>(before: readonly One[], after: readonly One[], read: Reading<One>, told: Told<One>): void {
  const exact = new Map(before.map((one) => [read.from(one), one]));
  const taken = new Set<One>();
  const rest: One[] = [];
  for (const one of after) {
    const twin = exact.get(read.from(one));
    if (twin === undefined || taken.has(twin)) rest.push(one);
    else {
      taken.add(twin);
      told.pair(twin, one);
    }
  }
  const left = before.filter((one) => !taken.has(one));
  let next = 0;
  for (const one of rest) {
    while (next < left.length && read.from(left[next] as One) < read.from(one) && !meets(left[next] as One, one, read))
      next = lose(left, next, told);
    const candidate = left[next];
    if (candidate !== undefined && meets(candidate, one, read)) {
      told.pair(candidate, one);
      next += 1;
    } else told.gained(one);
  }
  while (next < left.length) next = lose(left, next, told);
}

function lose<One>(left: readonly One[], at: number, told: Told<One>): number {
  told.lost(left[at] as One);
  return at + 1;
}

function meets<One>(a: One, b: One, { from, to }: Reading<One>): boolean {
  if (Math.abs(from(a) - from(b)) <= NEAR) return true;
  const [first, second] = from(a) <= from(b) ? [a, b] : [b, a];
  const end = to(first);
  return end !== null && from(second) < end;
}

function loadOf(before: readonly PartyHour[] | null, after: readonly PartyHour[] | null): PartyLoad[] {
  const sums = (load: readonly PartyHour[]): Map<string, { sum: number; most: number }> => {
    const all = new Map<string, { sum: number; most: number }>();
    for (const { party, orders } of load) {
      const known = all.get(party) ?? { sum: 0, most: 0 };
      all.set(party, { sum: known.sum + orders, most: Math.max(known.most, orders) });
    }
    return all;
  };
  const [old, now] = [before === null ? null : sums(before), sums(after ?? [])];
  const parties = [...new Set([...(old?.keys() ?? []), ...now.keys()])].sort();
  return parties.map((party) => ({
    party,
    before: old === null ? null : (old.get(party)?.sum ?? 0),
    after: now.get(party)?.sum ?? 0,
    mostBefore: old === null ? null : (old.get(party)?.most ?? 0),
    mostAfter: now.get(party)?.most ?? 0,
  }));
}

function hoursOf(before: readonly PartyHour[] | null, after: readonly PartyHour[] | null): RunDiff['hours'] {
  const hours = new Map<string, { hour: Millis; party: string; before: number | null; after: number }>();
  const at = ({ hour, party }: PartyHour): { hour: Millis; party: string; before: number | null; after: number } => {
    const name = `${hour} ${party}`;
    const known = hours.get(name) ?? { hour, party, before: before === null ? null : 0, after: 0 };
    hours.set(name, known);
    return known;
  };
  for (const one of before ?? []) at(one).before = one.orders;
  for (const one of after ?? []) at(one).after = one.orders;
  return [...hours.values()].sort((a, b) => a.hour - b.hour || (a.party < b.party ? -1 : 1));
}
