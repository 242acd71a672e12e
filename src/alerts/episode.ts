import type { Alert, AlertReset } from '../model/alert.ts';
import { fingerprint } from '../model/fingerprint.ts';
import { higherLevel, type Level } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import { DRILL_KEY } from '../model/silence.ts';
import type { Verdict } from '../model/verdict.ts';

/** Where episodes of one rule at one key are told apart. */
export function episodeKey(rule: string, key: string): string {
  return `${rule}|${key}`;
}

/**
 * A new episode, still without a state of its own: `pending` until `fire`.
 * `repeat` is 0, or the number of times that an episode of this rule and key has begun no later than one before it did:
 * sensors that share a clock can end and begin an alert twice in one millisecond, and those are two alerts.
 */
export function beginEpisode(verdict: Verdict, repeat: number): Alert {
  const { rule, subject, since, value, because } = verdict;
  const parts = repeat === 0 ? [rule.id, subject.key, since] : [rule.id, subject.key, since, repeat];
  // A verdict that begins an episode holds a level or has one.
  const level: Level = verdict.pending ?? verdict.level ?? 'blue';
  return {
    kind: 'alert',
    id: fingerprint('al', ...parts),
    rule: rule.id,
    version: rule.version,
    subject,
    state: 'pending',
    level,
    peak: level,
    latched: false,
    since,
    firedAt: null,
    resolvedAt: null,
    value,
    because,
    incident: null,
    ...(subject.key.startsWith(DRILL_KEY) ? { drill: true } : {}),
  };
}

/** Another level is being held now. */
export function holdAnother(alert: Alert, verdict: Verdict, level: Level): Alert {
  return { ...alert, version: verdict.rule.version, level, peak: level, value: verdict.value, because: verdict.because };
}

export function fire(alert: Alert, verdict: Verdict, level: Level): Alert {
  const { rule, at, value, because } = verdict;
  return { ...alert, version: rule.version, state: 'firing', level, peak: level, firedAt: at, value, because };
}

/** The level of a firing alert has changed, or its condition is back before anybody reset it. */
export function changeLevel(alert: Alert, verdict: Verdict, level: Level): Alert {
  const { rule, value, because } = verdict;
  return { ...alert, version: rule.version, level, peak: higherLevel(alert.peak, level) as Level, latched: false, value, because };
}

/** The condition has ended; a person must look before the alert may end. */
export function latch(alert: Alert): Alert {
  return { ...alert, latched: true };
}

/** Value and reason stay those for which it fired: that is what people ask of a past alert. */
export function resolve(alert: Alert, at: Millis, reset: AlertReset | null): Alert {
  return { ...alert, state: 'resolved', latched: false, resolvedAt: at, ...(reset === null ? {} : { reset }) };
}
