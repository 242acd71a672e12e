import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { isoTime, type Millis } from '../../model/time.ts';
import type { AuditRecord } from './audit-line.ts';

/*
 * What the record was like at a moment, signed: whoever holds one finds out when the record was cut before it, or written anew.
 *
 *   {"seq":N,"hash":"…","at":"…","count":N,"key":"…","signature":"88 characters of base 64"}
 *
 * C1  The signature is Ed25519 over the name of the format, a line feed, and the line without its signature.
 * C2  A line that is changed anywhere, or signed by another key, is no checkpoint.
 */
const FORMAT = 'maibo-audit-checkpoint/1';

export interface Checkpoint {
  readonly seq: number;
  /** Of the record with this number. */
  readonly hash: string;
  /** When it was signed, RFC 3339. */
  readonly at: string;
  /** How many records there were; their numbers have no hole, so it is `seq`. */
  readonly count: number;
  /** Which key has signed. */
  readonly key: string;
}

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** By their id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** 16 hex digits of SHA-256 over the public key as SubjectPublicKeyInfo. */
export function keyId(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

export function signCheckpoint({ seq, hash }: Pick<AuditRecord, 'seq' | 'hash'>, at: Millis, key: SigningKey): string {
  const open = `{"seq":${seq},"hash":"${hash}","at":"${isoTime(at)}","count":${seq},"key":"${key.id}"`;
  return `${open},"signature":"${sign(null, signed(open), key.privateKey).toString('base64')}"}`;
}

/** Why a line is no checkpoint. */
export type CheckpointFault = 'form' | 'key-unknown' | 'signature';

/** One spelling only: the last digit of 64 bytes in base 64 has four bits that say nothing. */
const FORM =
  /^(\{"seq":([1-9]\d{0,15}),"hash":"([0-9a-f]{64})","at":"([^"\\]{20,30})","count":(\d{1,16}),"key":"([0-9a-f]{16})"),"signature":"([A-Za-z0-9+/]{85}[AQgw]==)"\}$/;

export function openCheckpoint(line: string, keys: PublicKeys): Checkpoint | CheckpointFault {
  const found = FORM.exec(line);
  if (found === null) return 'form';
  const [, open, seq, hash, at, count, key, signature] = found as unknown as readonly [string, ...string[]] & readonly string[];
  const publicKey = keys.get(key as string);
  if (publicKey === undefined) return 'key-unknown';
  if (!verify(null, signed(open as string), publicKey, Buffer.from(signature as string, 'base64'))) return 'signature';
  return { seq: Number(seq), hash: hash as string, at: at as string, count: Number(count), key: key as string };
}

function signed(open: string): Buffer {
  return Buffer.from(`${FORMAT}\n${open}}`);
}
