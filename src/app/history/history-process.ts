import type { HistoryStore } from '../../history/history-store.ts';
import { LogReader } from '../../journal/log-reader.ts';
import { Refusal } from '../../model/problem.ts';
import { Definitions } from '../definitions.ts';
import type {
  BaselinesQuestion,
  HistorianReply,
  HistorianRequest,
  HistorianSetup,
  HistoryAnswer,
  HistoryQuestion,
} from './historian-protocol.ts';
import { Keeping } from './keeping.ts';
import { openStore } from './open-store.ts';
import { pastBaselines } from './past-baselines.ts';

/*
 * The process that keeps history; started by `historian.ts`, told by messages.
 *
 * U1 It only reads the journal. It ends when the process that started it does.
 * U2 Every question gets an answer or a reason why not.
 */
interface Open {
  readonly store: HistoryStore;
  readonly reader: LogReader;
  readonly keeping: Keeping;
}

let open: Open | null = null;

function say(reply: HistorianReply): void {
  if (process.connected) process.send?.(reply);
}

async function start(setup: HistorianSetup): Promise<void> {
  const store = await openStore(setup);
  const reader = new LogReader(setup.dataDir);
  const keeping = new Keeping({
    setup,
    store,
    reader,
    emit: (event) => say({ kind: 'event', event }),
    tell: (state) => say({ kind: 'state', state }),
  });
  open = { store, reader, keeping };
  say({ kind: 'started' });
  await keeping.begin();
}

async function answer(question: HistoryQuestion): Promise<HistoryAnswer> {
  if (open === null) throw new Error('it has not begun');
  const { store } = open;
  switch (question.kind) {
    case 'series':
      return { kind: 'series', series: await store.series(question.query) };
    case 'alert-steps':
      return { kind: 'alert-steps', steps: await store.alertSteps(question.query) };
    case 'order-steps':
      return { kind: 'order-steps', steps: await store.orderSteps(question.query) };
    case 'baselines':
      return baselines(question, open);
  }
}

/** Only the needs and a hash come by message: rules, city and the table in force are read from the journal. */
async function baselines({ at, configured, inForce, needs }: BaselinesQuestion, { reader, store }: Open): Promise<HistoryAnswer> {
  const definitions = new Definitions({ definition: (hash) => reader.definition(hash) });
  const table = inForce === null ? null : definitions.baselines(inForce);
  const asked = { needs, at, inForce: table, definition: definitions.load(configured) };
  return { kind: 'baselines', answer: await pastBaselines(store, asked) };
}

async function close(): Promise<void> {
  const closing = open;
  open = null;
  await closing?.keeping.close();
  await closing?.store.close();
  closing?.reader.close();
  process.exit(0);
}

function fail(error: unknown): void {
  const code = error instanceof Refusal ? error.code : 'history-failed';
  const message = error instanceof Error ? error.message : String(error);
  if (process.connected) process.send?.({ kind: 'refused', code, message } satisfies HistorianReply, () => process.exit(1));
  else process.exit(1);
}

process.on('message', (message) => {
  const request = message as HistorianRequest;
  switch (request.kind) {
    case 'start':
      start(request.setup).catch(fail);
      return;
    case 'committed':
      open?.keeping.grown(request.offset);
      return;
    case 'ask':
      answer(request.question).then(
        (found) => say({ kind: 'answer', id: request.id, answer: found }),
        (error: unknown) => say({ kind: 'unanswered', id: request.id, message: error instanceof Error ? error.message : String(error) }),
      );
      return;
    case 'close':
      close().catch(fail);
  }
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole group of a terminal: the process that started us says when to end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
