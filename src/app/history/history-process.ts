import type { HistoryStore } from '../../history/history-store.ts';
import { performance } from 'node:perf_hooks';
import { LogReader } from '../../journal/log-reader.ts';
import { Refusal } from '../../model/problem.ts';
import { backtest, type BacktestQuestion } from '../backtest/backtest.ts';
import type { BacktestReport } from '../backtest/backtest-report.ts';
import type { BacktestProgress } from '../backtest/run-backtest.ts';
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

/** Questions that take long, and how to end them. */
const under = new Map<number, AbortController>();
/** Told no more often than this. */
const PROGRESS_EVERY = 200;

async function answer(question: HistoryQuestion, id: number): Promise<HistoryAnswer> {
  if (open === null) throw new Error('it has not begun');
  const { store } = open;
  switch (question.kind) {
    case 'series':
      return { kind: 'series', series: await store.series(question.query) };
    case 'alert-steps':
      return { kind: 'alert-steps', steps: await store.alertSteps(question.query) };
    case 'order-steps':
      return { kind: 'order-steps', steps: await store.orderSteps(question.query) };
    case 'backtest':
      return { kind: 'backtest', report: await test(question.question, store, id) };
    case 'baselines':
      return baselines(question, open);
  }
}

/** On one thread: whoever alarms on this machine needs the others. */
async function test(question: BacktestQuestion, store: HistoryStore, id: number): Promise<BacktestReport> {
  const cancel = new AbortController();
  under.set(id, cancel);
  let told = 0;
  const progress = (now: BacktestProgress): void => {
    if (performance.now() - told < PROGRESS_EVERY) return;
    told = performance.now();
    say({ kind: 'progress', id, progress: now });
  };
  try {
    return await backtest(question, { store, threads: 1, signal: cancel.signal, progress, elapsed: () => performance.now() });
  } finally {
    under.delete(id);
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
  for (const cancel of under.values()) cancel.abort();
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

function unanswered(id: number, error: unknown): HistorianReply {
  const code = error instanceof Refusal ? error.code : 'history-unavailable';
  return { kind: 'unanswered', id, code, message: error instanceof Error ? error.message : String(error) };
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
      answer(request.question, request.id).then(
        (found) => say({ kind: 'answer', id: request.id, answer: found }),
        (error: unknown) => say(unanswered(request.id, error)),
      );
      return;
    case 'cancel':
      under.get(request.id)?.abort();
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
