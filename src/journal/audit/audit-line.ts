import { createHash, hash as digest } from 'node:crypto';
import { isoTime, type Millis } from '../../model/time.ts';
import { canonicalJson } from './canonical-json.ts';

/*
 * One record of the audit as one line of JSON; `schemas/audit.md` says it for strangers.
 *
 *   {"seq":N,"at":"…","kind":"…","subject":"…","body":{…},"hash":"64 hex digits"}
 *
 * L1  The hash of a record is SHA-256 over the hash before it (64 hex digits), a line feed, and the line without its hash.
 * L2  Before the first record stands the hash of the name of the format; its body carries a mark that no other record has.
 * L3  `hash` is always the last member, so that the line without it can be had by cutting, without a parser.
 */
export const AUDIT_FORMAT = 'maibo-audit/1';
export const BEFORE_THE_FIRST = digest('sha256', AUDIT_FORMAT);

/** `,"hash":"…"}` */
const TAIL = 9 + 64 + 2;
const TAIL_FORM = /^,"hash":"([0-9a-f]{64})"\}$/;
const CLOSE = Buffer.from('}');

/** What is to be recorded; `body` has times in epoch milliseconds, as the model has. */
export interface AuditEntry {
  readonly at: Millis;
  readonly kind: string;
  /** What it is about: an id, or the kind itself. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends Omit<AuditEntry, 'at'> {
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  readonly hash: string;
}

/** All entries of a batch have one time, and writing it out takes longer than the rest of a short line. */
let lastTime: { readonly at: Millis; readonly text: string } = { at: 0, text: isoTime(0) };

function timeText(at: Millis): string {
  if (at !== lastTime.at) lastTime = { at, text: isoTime(at) };
  return lastTime.text;
}

/** The line but for its number and its hash, which only the writer knows. */
export function entryText({ at, kind, subject, body }: AuditEntry): string {
  return `"at":"${timeText(at)}","kind":${JSON.stringify(kind)},"subject":${JSON.stringify(subject)},"body":${canonicalJson(body)}`;
}

export interface SealedLine {
  readonly line: string;
  readonly hash: string;
}

export function sealLine(seq: number, entry: string, previous: string): SealedLine {
  const open = `{"seq":${seq},${entry}`;
  const hash = digest('sha256', `${previous}\n${open}}`);
  return { line: `${open},"hash":"${hash}"}`, hash };
}

/** The hash that a line carries; `null` when it ends in none. */
export function carriedHash(line: Uint8Array): string | null {
  if (line.length < TAIL) return null;
  return TAIL_FORM.exec(Buffer.from(line.buffer, line.byteOffset + line.length - TAIL, TAIL).toString('latin1'))?.[1] ?? null;
}

/** The hash that the line should carry behind this one. */
export function expectedHash(line: Uint8Array, previous: string): string {
  return createHash('sha256')
    .update(`${previous}\n`)
    .update(line.subarray(0, Math.max(0, line.length - TAIL)))
    .update(CLOSE)
    .digest('hex');
}

/** The number that the line says it has; `null` when it does not begin with one. */
export function carriedSeq(line: Uint8Array): number | null {
  const digits = /^\{"seq":([1-9]\d{0,15}),/.exec(
    Buffer.from(line.buffer, line.byteOffset, Math.min(24, line.length)).toString('latin1'),
  )?.[1];
  return digits === undefined ? null : Number(digits);
}

/** @returns `null` for a line that is no record. */
export function readLine(line: Uint8Array): AuditRecord | null {
  try {
    const record = JSON.parse(Buffer.from(line).toString()) as AuditRecord;
    return typeof record.kind === 'string' && typeof record.subject === 'string' && typeof record.at === 'string' ? record : null;
  } catch {
    return null;
  }
}
