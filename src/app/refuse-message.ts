import type { Refused } from '../decode/decoded.ts';
import type { LogEvent } from '../model/log-entry.ts';
import { SAMPLE_LIMIT, type Rejection } from '../model/rejection.ts';
import type { Millis } from '../model/time.ts';
import type { BatchOutcome } from './batch-outcome.ts';

export type Message = Extract<LogEvent, { readonly kind: 'message' }>;

/** Counts it, and keeps why with the first bytes. `at` is the wall clock of the batch. */
export function rejectMessage(event: Message, refused: Omit<Refused, 'kind'>, at: Millis, outcome: BatchOutcome): Rejection {
  const { code, pointer, detail } = refused;
  const { counts } = outcome;
  counts.rejections[code] = (counts.rejections[code] ?? 0) + 1;
  const sample = event.payload.slice(0, SAMPLE_LIMIT);
  const { gateway, topic } = event;
  const rejection: Rejection = { kind: 'rejection', code, pointer, detail, gateway, topic, at, sample };
  outcome.rejections.push(rejection);
  return rejection;
}

export function foreignReceipt(sender: string): Omit<Refused, 'kind'> {
  const [party = '', street] = sender.split('/');
  const own = street === undefined ? `"party": "${party}"` : `"party": "${party}" and "street": "${street}"`;
  return { code: 'receipt-foreign', pointer: '/party', detail: `The log-in "${sender}" answers for itself only; send ${own}.` };
}

export function failureOf(error: unknown): string {
  return `The core failed on this message: ${(error instanceof Error ? error.message : String(error)).slice(0, 200)}`;
}
