import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FILE, readCheckpoints, type CheckpointsRead } from '../journal/audit/checkpoint-file.ts';
import { readLine, type AuditRecord } from '../journal/audit/audit-line.ts';
import { lastSeq, openRecord, readRecord } from '../journal/audit/read-record.ts';
import { PUBLIC_KEY_FILE, readPublicKeys } from '../journal/audit/signing-key.ts';
import { verifyRecord, type RecordVerdict } from '../journal/audit/verify-record.ts';
import { Refusal } from '../model/problem.ts';

export interface AuditQuestion {
  readonly directory: string;
  /** Kept elsewhere, which is what makes it worth something; default those of the data directory. */
  readonly checkpoints?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly onProgress?: (records: number, of: number) => void;
}

export interface AuditVerdict extends RecordVerdict {
  /** Lines of the file of checkpoints that are none. */
  readonly faults: CheckpointsRead['faults'];
  /** How many were good; `null` when there was no file. */
  readonly checkpoints: number | null;
}

/**
 * Verifies the record of a data directory, beside a running server too.
 * @throws Refusal `audit-absent`, `audit-file-unreadable` or `audit-key-invalid`.
 */
export function verifyAudit({ directory, checkpoints, publicKey, onProgress }: AuditQuestion): AuditVerdict {
  const db = openRecord(directory);
  try {
    // Before the record: one that is signed meanwhile would seem to have seen more than there is.
    const read = checkpointsOf(directory, checkpoints, publicKey);
    const of = onProgress === undefined ? 0 : lastSeq(db);
    const verdict = verifyRecord(db, {
      checkpoints: read?.good ?? [],
      ...(onProgress === undefined ? {} : { onProgress: (records) => onProgress(records, of) }),
    });
    return { ...verdict, faults: read?.faults ?? [], checkpoints: read?.good.length ?? null };
  } finally {
    db.close();
  }
}

/** A line of the record as it stands there, and what it says; `null` for one that is damaged. */
export interface AuditLine {
  readonly seq: number;
  readonly text: string;
  readonly record: AuditRecord | null;
}

/**
 * The lines of the record, or of one order: what concerns it, its deliveries and what became of them, its alerts and the commands about those.
 * @throws Refusal `audit-absent`
 */
export function* listAudit(directory: string, order: string | null): Generator<AuditLine, void, undefined> {
  const db = openRecord(directory);
  try {
    const about = new Set<string>(order === null ? [] : alertsOf(readRecord(db), order));
    for (const { seq, line } of readRecord(db)) {
      const record = readLine(line);
      if (order !== null && (record === null || !concerns(record, order, about))) continue;
      yield { seq, text: Buffer.from(line).toString(), record };
    }
  } finally {
    db.close();
  }
}

/** An alert is told of before its order. */
function* alertsOf(rows: ReturnType<typeof readRecord>, order: string): Generator<string> {
  for (const { line } of rows) {
    // Few lines of a large record are about this order: the others need not be parsed.
    const record = Buffer.from(line).includes(order) ? readLine(line) : null;
    const alerts = record?.kind === 'order' && record.subject === order ? record.body['alerts'] : undefined;
    if (Array.isArray(alerts)) yield* alerts.filter((id): id is string => typeof id === 'string');
  }
}

function concerns({ subject, body }: AuditRecord, order: string, alerts: ReadonlySet<string>): boolean {
  const { orders } = body;
  return subject === order || body['order'] === order || (Array.isArray(orders) && orders.includes(order)) || alerts.has(subject);
}

function checkpointsOf(directory: string, given: string | undefined, publicKey: string | undefined): CheckpointsRead | null {
  const file = given ?? join(directory, CHECKPOINT_FILE);
  if (given === undefined && !existsSync(file)) return null;
  return readCheckpoints(textOf(file), readPublicKeys(publicKey ?? join(directory, PUBLIC_KEY_FILE)));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('audit-file-unreadable', `${file} cannot be read: ${(error as Error).message}. Name another with --checkpoints.`);
  }
}
