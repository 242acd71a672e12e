import type { PartyHour, RunCounts, RunResult } from './run-result.ts';

/** What parts of one side came to, as one: no two of them tell of the same alert or order. */
export function joinRuns(parts: readonly RunResult[]): RunResult {
  return {
    kind: 'run',
    alerts: parts.flatMap(({ alerts }) => alerts).sort((a, b) => a.firedAt - b.firedAt || (a.id < b.id ? -1 : 1)),
    orders: parts.flatMap(({ orders }) => orders).sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)),
    load: sumOf(parts.map(({ load }) => load)),
    counts: parts.reduce<RunCounts | null>((sum, { counts }) => (counts === null ? sum : added(sum, counts)), null),
    cut: parts.some(({ cut }) => cut),
  };
}

function sumOf(loads: readonly RunResult['load'][]): PartyHour[] | null {
  if (loads.every((load) => load === null)) return null;
  const hours = new Map<string, PartyHour>();
  for (const one of loads.flatMap((load) => load ?? [])) {
    const name = `${one.hour} ${one.party}`;
    const { messages, orders } = hours.get(name) ?? { messages: 0, orders: 0 };
    hours.set(name, { ...one, messages: messages + one.messages, orders: orders + one.orders });
  }
  return [...hours.values()].sort((a, b) => a.hour - b.hour || (a.party < b.party ? -1 : 1));
}

/** A reading may have been heard by several parts: the most that one of them heard is as much as can be said. */
function added(sum: RunCounts | null, one: RunCounts): RunCounts {
  if (sum === null) return one;
  return {
    readings: Math.max(sum.readings, one.readings),
    tests: Math.max(sum.tests, one.tests),
    late: Math.max(sum.late, one.late),
    implausible: sum.implausible + one.implausible,
    unknown: Math.max(sum.unknown, one.unknown),
    unruled: sum.unruled + one.unruled,
    failures: sum.failures + one.failures,
  };
}
