import type { Attempt } from '../../model/delivery.ts';
import type { Millis } from '../../model/time.ts';
import type { DeliveryProgress } from '../transaction.ts';
import { entryText } from './audit-line.ts';

/** What became of a delivery: once it is settled, or set to wait again; a try that will be repeated is no outcome. */
export interface DeliveryOutcome {
  readonly delivery: string;
  /** `null` where the journal does not know it. */
  readonly order: string | null;
  /** Those that a digest tells of; `null` where it is none. */
  readonly orders: readonly string[] | null;
  readonly after: DeliveryProgress;
  /** The last try, where there was one. */
  readonly attempt: Attempt | null;
}

export function outcomeEntry({ delivery, order, orders, after, attempt }: DeliveryOutcome, at: Millis): string {
  const last = attempt === null ? {} : { status: attempt.outcome.status, reason: reasonOf(attempt), tried: attempt.at };
  const told = orders === null ? {} : { orders };
  const body = { order, ...told, state: after.state, attempts: after.attempts, reason: after.reason ?? null, ...last };
  return entryText({ at, kind: 'delivery.outcome', subject: delivery, body });
}

function reasonOf({ outcome }: Attempt): string | null {
  return outcome.kind === 'accepted' ? null : outcome.reason;
}
