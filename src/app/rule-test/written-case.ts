import type { Millis } from '../../model/time.ts';
import { compareAlerts, compareChanges, compareOrders } from './compare.ts';
import { duration } from './duration.ts';
import type { RuleTestCase, TestInput } from './rule-test-file.ts';
import { FIRST_SENSOR, TRIAL_START, type Said, type Trial } from './trial.ts';

/** A case as a person wrote it. */
export function trialOf(one: RuleTestCase): Trial {
  return {
    name: one.name,
    start: one.start === undefined ? TRIAL_START : Date.parse(one.start),
    says: one.input.flatMap(saidIn),
    receipts: (one.receipts ?? []).map(({ at, party, state }) => ({ at: duration(at), party, state })),
    resets: (one.resets ?? []).map(({ at }) => duration(at)),
    until: duration(one.until ?? '0s'),
    judge: ({ changes, orders, alerts }) => [
      ...compareChanges(one.expect, changes),
      ...(one.orders === undefined ? [] : compareOrders(one.orders, orders)),
      ...(one.alerts === undefined ? [] : compareAlerts(one.alerts, alerts)),
    ],
  };
}

function saidIn(input: TestInput): Said[] {
  const { sensor = FIRST_SENSOR, gateway = null, receivedAfter = '0s', values } = input;
  const delay = duration(receivedAfter);
  const say = (at: Millis): Said => ({ at, arrives: at + delay, sensor, gateway, values });
  if ('at' in input) return [say(duration(input.at))];
  const said: Said[] = [];
  const [from, to, every] = [duration(input.from), duration(input.to), duration(input.every)];
  for (let at = from; at <= to; at += every) said.push(say(at));
  return said;
}
