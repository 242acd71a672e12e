import type Database from 'libsql';
import { AUDIT_FORMAT, BEFORE_THE_FIRST, carriedHash, carriedSeq, expectedHash, readLine } from './audit-line.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readRecord, type AuditRow } from './read-record.ts';

type Db = Database.Database;

/** The first thing that is wrong, and what it looks like. */
export type Damage =
  /** The record does not say what was written. */
  | { readonly kind: 'changed'; readonly seq: number }
  /** Records `seq` to `to` are gone, and others come after them. */
  | { readonly kind: 'missing'; readonly seq: number; readonly to: number }
  /** In the place of record `seq` stands record `holds`, and the other way round. */
  | { readonly kind: 'swapped'; readonly seq: number; readonly holds: number }
  /** The record ends before `seq`, and a checkpoint has seen it up to `to`. */
  | { readonly kind: 'cut'; readonly seq: number; readonly to: number }
  /** The chain is whole, but it is not the one that the checkpoint at `seq` has seen. */
  | { readonly kind: 'rewritten'; readonly seq: number }
  /** The file itself cannot be read on from here. */
  | { readonly kind: 'unreadable'; readonly seq: number; readonly reason: string };

export interface RecordVerdict {
  /** Whole ones before the first damage. */
  readonly records: number;
  readonly bytes: number;
  /** Of the last whole one, and when it was written; `null` where there is none. */
  readonly hash: string | null;
  readonly at: string | null;
  /** The newest checkpoint that agreed: what comes after it could be cut without a trace. */
  readonly signedUpTo: number;
  readonly damage: Damage | null;
}

export interface VerifyOptions {
  /** Whose signatures have been verified. */
  readonly checkpoints: readonly Checkpoint[];
  readonly onProgress?: (records: number) => void;
}

/**
 * Walks the whole record.
 *
 * V1  Every changed byte, every record that is missing and every two that were swapped are found, up to the last record.
 * V2  A cut tail, and a record written anew with all its hashes, are found by whoever has a checkpoint from before, and by nobody else.
 */
export function verifyRecord(db: Db, options: VerifyOptions): RecordVerdict {
  return new Walk(db, options).run();
}

class Walk {
  private readonly db: Db;
  private readonly options: VerifyOptions;
  private readonly signed = new Map<number, Set<string>>();
  private previous = BEFORE_THE_FIRST;
  private records = 0;
  private bytes = 0;
  private newest: Uint8Array | null = null;
  private signedUpTo = 0;

  constructor(db: Db, options: VerifyOptions) {
    this.db = db;
    this.options = options;
    for (const { seq, hash } of options.checkpoints) this.signed.set(seq, (this.signed.get(seq) ?? new Set<string>()).add(hash));
  }

  run(): RecordVerdict {
    const damage = this.walk();
    const { records, bytes, newest, previous, signedUpTo } = this;
    const at = newest === null ? null : (readLine(newest)?.at ?? null);
    return { records, bytes, hash: newest === null ? null : previous, at, signedUpTo, damage };
  }

  private walk(): Damage | null {
    try {
      for (const row of readRecord(this.db)) {
        const damage = this.look(row);
        if (damage !== null) return damage;
        this.options.onProgress?.(this.records);
      }
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      if (code?.startsWith('SQLITE_') !== true) throw error;
      return { kind: 'unreadable', seq: this.records + 1, reason: `${code}: ${message}` };
    }
    const to = Math.max(0, ...this.signed.keys());
    if (to > this.records) return { kind: 'cut', seq: this.records + 1, to };
    // Not even the first record: nobody has ever emptied it rightly.
    return this.records === 0 ? { kind: 'missing', seq: 1, to: 1 } : null;
  }

  private look(row: AuditRow): Damage | null {
    const seq = this.records + 1;
    if (row.seq > seq) return { kind: 'missing', seq, to: row.seq - 1 };
    if (row.seq < seq) return { kind: 'changed', seq: row.seq };
    const { line } = row;
    if (carriedSeq(line) !== seq) return this.outOfPlace(seq, line);
    const hash = carriedHash(line);
    const bytes = this.bytes + line.length + 1;
    if (hash === null || hash !== expectedHash(line, this.previous) || row.bytes !== bytes || !isBeginning(seq, line)) {
      return { kind: 'changed', seq };
    }
    const signed = this.signed.get(seq);
    if (signed !== undefined && !(signed.size === 1 && signed.has(hash))) return { kind: 'rewritten', seq };
    if (signed !== undefined) this.signedUpTo = seq;
    this.previous = hash;
    this.bytes = bytes;
    this.records = seq;
    this.newest = line;
    return null;
  }

  /** Another number stands in the line than that of its row: it came from elsewhere, what was before it is gone, or it was changed. */
  private outOfPlace(seq: number, line: Uint8Array): Damage {
    const holds = carriedSeq(line);
    if (holds === null) return { kind: 'changed', seq };
    if (this.heldAt(holds) === seq) return { kind: 'swapped', seq, holds };
    const next = this.heldAt(seq + 1);
    return holds > seq && (next === null || next === holds + 1) ? { kind: 'missing', seq, to: holds - 1 } : { kind: 'changed', seq };
  }

  private heldAt(seq: number): number | null {
    const [row] = this.db.prepare('SELECT CAST(line AS BLOB) FROM audit WHERE seq = ?').raw().all([seq]) as [Uint8Array][];
    return row === undefined ? null : carriedSeq(row[0]);
  }
}

function isBeginning(seq: number, line: Uint8Array): boolean {
  if (seq > 1) return true;
  const first = readLine(line);
  return first?.kind === 'genesis' && first.subject === AUDIT_FORMAT;
}
