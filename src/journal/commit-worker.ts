import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import Database from 'libsql';
import { Refusal } from '../model/problem.ts';
import { prepareSchema } from './schema.ts';
import type { Reply, Request, WorkerSetup } from './worker-protocol.ts';
import { Writer } from './writer.ts';

/*
 * The thread that waits for the disk.
 *
 * W1  A `done` is posted only after COMMIT has returned, and with durability `full` COMMIT returns only after fdatasync.
 * W2  After the first failure nothing is written any more: what a failed fsync left in the page cache is not known, so trying
 *     again could report as durable what is not.
 */
const port = parentPort as MessagePort;
const setup = workerData as WorkerSetup;
let writer: Writer | null = null;
let failure: string | null = null;

function say(reply: Reply): void {
  port.postMessage(reply);
}

function fail(error: unknown): void {
  failure ??= error instanceof Error ? error.message : String(error);
  say({ kind: 'failed', message: failure });
}

function perform(open: Writer, request: Exclude<Request, { kind: 'close' }>): number {
  if (request.kind === 'trim') return open.trim(request.upTo, request.limit);
  if (request.kind === 'prune') return open.prune(request.over);
  return open.write(request.transaction);
}

function refusalOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof Refusal) return error;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return {
      code: 'journal-damaged',
      message: `The journal ${setup.file} is damaged: ${message}. Restore the data directory from a copy.`,
    };
  }
  return { code: 'journal-directory', message: `The journal ${setup.file} cannot be opened: ${message}` };
}

function start(): void {
  let db: Database.Database | null = null;
  try {
    db = new Database(setup.file, { timeout: 5_000 });
    prepareSchema(db, setup.durability);
    writer = new Writer(db, setup);
    say({ kind: 'done', count: 0 });
  } catch (error) {
    db?.close();
    const { code, message } = refusalOf(error);
    say({ kind: 'refused', code, message });
  }
}

function close(): void {
  try {
    if (failure === null) writer?.close();
    say({ kind: 'done', count: 0 });
  } catch (error) {
    fail(error);
  }
  port.close();
}

port.on('message', (request: Request) => {
  if (request.kind === 'close') return close();
  if (failure !== null || writer === null) return fail(failure ?? 'not open');
  try {
    const count = perform(writer, request);
    say({ kind: 'done', count });
  } catch (error) {
    return fail(error);
  }
  try {
    writer.checkpointWhenDue();
  } catch (error) {
    // The commit before it is safe in the WAL; the next one is refused.
    failure = error instanceof Error ? error.message : String(error);
  }
});

start();
