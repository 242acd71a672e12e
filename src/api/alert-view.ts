import type { Alert } from '../model/alert.ts';
import { isoTime } from '../model/time.ts';

/** Times as people and other systems read them. */
export function alertView(alert: Alert): Record<string, unknown> {
  const { kind: _, since, firedAt, resolvedAt, reset, ...rest } = alert;
  return {
    ...rest,
    since: isoTime(since),
    firedAt: firedAt === null ? null : isoTime(firedAt),
    resolvedAt: resolvedAt === null ? null : isoTime(resolvedAt),
    reset: reset ? { ...reset, at: isoTime(reset.at) } : null,
  };
}
