import { formatDuration } from '../../model/time.ts';
import { duration } from './duration.ts';
import type { ExpectedAlert, ExpectedChange, ExpectedOrder } from './rule-test-file.ts';
import type { LevelChange, Recording } from './trial.ts';

/** One more, one fewer, another order of events: each is a difference. */
export function compareChanges(expected: readonly ExpectedChange[], seen: readonly LevelChange[]): string[] {
  const differences: string[] = [];
  for (let i = 0; i < Math.max(seen.length, expected.length); i += 1) {
    const got = seen[i];
    const want = expected[i];
    const same =
      got !== undefined &&
      want !== undefined &&
      got.level === want.level &&
      (want.key === undefined || want.key === got.key) &&
      (want.at === undefined || duration(want.at) === got.at);
    if (!same) differences.push(`level change ${i + 1}: expected ${showExpected(want)}, got ${showChange(got)}`);
  }
  return differences;
}

export function compareOrders(expected: readonly ExpectedOrder[], orders: Recording['orders']): string[] {
  if (expected.length !== orders.length) return [`orders: expected ${expected.length}, got ${showList(orders)}`];
  return expected.flatMap((want, i) => {
    const got = orders[i] as Recording['orders'][number];
    const same =
      (want.level === undefined || want.level === got.level) &&
      (want.state === undefined || want.state === got.state) &&
      (want.parties === undefined || [...want.parties].sort().join() === [...got.parties].sort().join());
    return same ? [] : [`order ${i + 1}: expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
  });
}

export function compareAlerts(expected: readonly ExpectedAlert[], alerts: Recording['alerts']): string[] {
  if (expected.length !== alerts.length) return [`alerts: expected ${expected.length}, got ${showList(alerts)}`];
  return expected.flatMap((want, i) => {
    const got = alerts[i] as Recording['alerts'][number];
    const same =
      want.state === got.state &&
      (want.key === undefined || want.key === got.key) &&
      (want.level === undefined || want.level === got.level);
    return same ? [] : [`alert ${i + 1}: expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
  });
}

/** `2m sensor:s1 blue`; no level at all is `none`. */
export function showChange(change: LevelChange | undefined): string {
  return change === undefined ? 'nothing' : `${formatDuration(change.at)} ${change.key} ${change.level ?? 'none'}`;
}

function showExpected(change: ExpectedChange | undefined): string {
  if (change === undefined) return 'nothing';
  return [change.at, change.key, change.level ?? 'none'].filter((part) => part !== undefined).join(' ');
}

function showList(list: readonly unknown[]): string {
  return list.length === 0 ? '0' : `${list.length}: ${JSON.stringify(list)}`;
}
