import { randomUUID } from 'node:crypto';
import type Database from 'libsql';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import { AUDIT_FORMAT, BEFORE_THE_FIRST, carriedHash, carriedSeq, entryText, sealLine } from './audit-line.ts';

type Db = Database.Database;
type Statement = ReturnType<Db['prepare']>;

/** A line longer than this does not happen; it bounds what a row costs in the count of the WAL. */
const LINE_COST = 64;

/**
 * Appends to the audit record, inside of the transaction that is open; lives beside the only writer of the file.
 *
 * K1  Numbers have no hole: they are given here, in the transaction that writes them.
 * K2  Nothing is ever changed or removed: the table itself refuses it, and the pruner does not know it.
 */
export class AuditChain {
  readonly #insert: Statement;
  #seq: number;
  #hash: string;
  #bytes: number;

  /** @throws Refusal `journal-damaged` when the last line is none that could be gone on from. */
  constructor(db: Db, now: Millis) {
    this.#insert = db.prepare('INSERT INTO audit (seq, bytes, line) VALUES (?, ?, ?)');
    const [last] = db.prepare('SELECT seq, bytes, CAST(line AS BLOB) FROM audit ORDER BY seq DESC LIMIT 1').raw().all() as [
      number,
      number,
      Buffer,
    ][];
    [this.#seq, this.#bytes, this.#hash] = last === undefined ? [0, 0, BEFORE_THE_FIRST] : [last[0], last[1], endOf(last[0], last[2])];
    if (last === undefined) {
      const body = { format: AUDIT_FORMAT, mark: randomUUID() };
      this.append([entryText({ at: now, kind: 'genesis', subject: AUDIT_FORMAT, body })]);
    }
  }

  /** Bytes of all lines, each with its line feed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns about how many bytes it adds to the WAL. */
  append(entries: readonly string[]): number {
    const before = this.#bytes;
    for (const entry of entries) {
      const { line, hash } = sealLine(this.#seq + 1, entry, this.#hash);
      this.#seq += 1;
      this.#hash = hash;
      this.#bytes += Buffer.byteLength(line) + 1;
      this.#insert.run([this.#seq, this.#bytes, line]);
    }
    return this.#bytes - before + entries.length * LINE_COST;
  }
}

function endOf(seq: number, line: Uint8Array): string {
  const hash = carriedHash(line);
  if (hash !== null && carriedSeq(line) === seq) return hash;
  throw new Refusal(
    'journal-damaged',
    `Record ${seq}, the last of the audit record, is damaged: \`maibo audit verify\` says what is whole. Restore the data directory from a copy.`,
  );
}
