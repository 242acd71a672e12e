import { fingerprint } from '../model/fingerprint.ts';
import type { Receipt, ReceiptState } from '../model/receipt.ts';
import { cleanText } from '../model/visible-text.ts';
import type { Door } from '../model/work-order.ts';
import { refused } from './decoded.ts';
import type { Refused } from './decoded.ts';
import { isIdentifier } from './identifier.ts';
import { readTimestamp } from './timestamp.ts';

const STATES: ReadonlySet<unknown> = new Set<ReceiptState>(['accepted', 'on-site', 'resolved', 'declined']);
const BY_LIMIT = 128;
const NOTE_LIMIT = 2_000;
const ID_LIMIT = 128;

/**
 * Checks the body of a receipt, whichever door it came through. Without an `id` of its own it gets one made of what it says,
 * so that the same answer sent twice stays one receipt.
 */
export function readReceipt(order: string, body: unknown, door: Door): Receipt | Refused {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refused('schema', '', 'A receipt is an object with "party" and "state".');
  const { party, state, street, by, note, at, id } = body as Readonly<
    Record<'party' | 'state' | 'street' | 'by' | 'note' | 'at' | 'id', unknown>
  >;
  const bad =
    (typeof party === 'string' && isIdentifier(party)
      ? null
      : refused('schema', '/party', '"party" is the id of the party that answers, e.g. "fire".')) ??
    (STATES.has(state) ? null : refused('schema', '/state', '"state" is accepted, on-site, resolved or declined.')) ??
    checkText(street, '/street', 64) ??
    checkText(by, '/by', BY_LIMIT) ??
    checkText(note, '/note', NOTE_LIMIT) ??
    checkText(id, '/id', ID_LIMIT);
  if (bad !== null) return bad;
  const time = isAbsent(at) ? null : readTimestamp(at);
  if (time === null && !isAbsent(at)) return refused('time-invalid', '/at', '"at" is RFC 3339 with an offset or epoch milliseconds.');
  const said = {
    order,
    party: party as string,
    street: textOrNull(street),
    state: state as ReceiptState,
    by: textOrNull(by),
    note: textOrNull(note),
    at: time,
  };
  return {
    kind: 'receipt',
    id: textOrNull(id) ?? fingerprint('rc', order, said.party, said.street ?? '', said.state, time ?? '', said.by ?? ''),
    ...said,
    door,
  };
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? cleanText(value) : null;
}

function checkText(value: unknown, pointer: string, limit: number): Refused | null {
  if (isAbsent(value) || (typeof value === 'string' && value.length <= limit)) return null;
  return refused('schema', pointer, `${pointer.slice(1)} is a string of at most ${limit} characters, or absent.`);
}
