import { fork, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { BacktestQuestion } from '../backtest/backtest.ts';
import type { BacktestReport } from '../backtest/backtest-report.ts';
import type { BacktestProgress } from '../backtest/run-backtest.ts';
import type {
  HistorianReply,
  HistorianRequest,
  HistorianSetup,
  HistoryAnswer,
  HistoryQuestion,
  HistoryState,
} from './historian-protocol.ts';

export interface HistorianOptions {
  readonly setup: () => HistorianSetup;
  /** The compiled program; the default is right when this module itself runs compiled. */
  readonly program?: URL;
  readonly emit: Emit;
  /** Wall clock. */
  readonly now: () => Millis;
}

/** A back-test that runs. */
export interface BacktestUnderWay {
  readonly done: Promise<BacktestReport>;
  readonly cancel: () => void;
}

interface Asked {
  readonly onProgress?: (progress: BacktestProgress) => void;
  readonly resolve: (answer: HistoryAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** How long a process that ended stays away, and how long at the most when it ends again and again. */
const FIRST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 60_000;
/** A process that has run so long begins with a short pause again. */
const STEADY: Millis = 60_000;
/** How long a stop waits for what is being written; it is written again after the next start. */
const PATIENCE: Millis = 5_000;
/** Between two words that the log has grown. */
const PACE: Millis = 100;
/** Behind everything that alarms. */
const NICE = 10;

/**
 * History is kept by a process of its own: whatever becomes of a store, or of the code that talks to it, no alarm waits for it.
 *
 * T1 The end of that process ends nothing else; it is started again, after longer and longer pauses.
 * T2 The log is kept from the entry that is not stored yet, also before the process has said anything.
 * T3 A question that cannot be answered is refused with a reason; none stays open.
 */
export class Historian {
  private readonly options: HistorianOptions;
  private child: ChildProcess | null = null;
  private state: HistoryState | null = null;
  private readonly asked = new Map<number, Asked>();
  private number = 0;
  private pause = FIRST_PAUSE;
  private startedAt: Millis = 0;
  private again: NodeJS.Timeout | null = null;
  private closing = false;
  private lastOffset = -1;
  private telling: NodeJS.Timeout | null = null;

  constructor(options: HistorianOptions) {
    this.options = options;
    this.start();
  }

  /** First entry of the log that must stay. */
  get keepFrom(): number {
    return this.state?.keepFrom ?? 0;
  }

  /** `null` until the process has said how it stands. */
  get standing(): HistoryState | null {
    return this.state;
  }

  /** Told now and then, and not at every commit: the log is what counts. */
  committed(offset: number): void {
    this.lastOffset = offset;
    this.telling ??= setTimeout(() => {
      this.telling = null;
      this.send({ kind: 'committed', offset: this.lastOffset });
    }, PACE).unref();
  }

  /** @throws Refusal `history-unavailable` */
  ask(question: HistoryQuestion, onProgress?: (progress: BacktestProgress) => void): Promise<HistoryAnswer> {
    if (this.child === null || this.closing) return Promise.reject(unavailable('it is starting again'));
    const id = (this.number += 1);
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject, ...(onProgress === undefined ? {} : { onProgress }) });
      this.send({ kind: 'ask', id, question });
    });
  }

  /**
   * Asked in the background, behind whatever alarms.
   * @throws Refusal `history-unavailable`, `backtest-cancelled`, `backtest-failed`
   */
  backtest(question: BacktestQuestion, onProgress: (progress: BacktestProgress) => void): BacktestUnderWay {
    const answer = this.ask({ kind: 'backtest', question }, onProgress);
    const id = this.number;
    const done = answer.then((given) => {
      if (given.kind !== 'backtest') throw unavailable('it has answered something else');
      return given.report;
    });
    return { done, cancel: () => this.send({ kind: 'cancel', id }) };
  }

  async close(): Promise<void> {
    this.closing = true;
    if (this.again !== null) clearTimeout(this.again);
    const { child } = this;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    this.send({ kind: 'close' });
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(impatience);
  }

  private start(): void {
    const { emit, now, program, setup } = this.options;
    this.startedAt = now();
    const child = fork(fileURLToPath(program ?? new URL('./history-process.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // What this process was started with, a debugger's port say, is not for that one.
      execArgv: [],
    });
    this.child = child;
    lower(child);
    child.on('message', (reply) => this.hear(reply as HistorianReply));
    child.on('error', (error) => emit({ name: 'history.process-ended', reason: error.message }));
    child.once('exit', (code, signal) => this.ended(signal ?? `exit ${code ?? '?'}`));
    this.send({ kind: 'start', setup: setup() });
    if (this.lastOffset >= 0) this.send({ kind: 'committed', offset: this.lastOffset });
  }

  private ended(reason: string): void {
    this.child = null;
    for (const { reject } of this.asked.values()) reject(unavailable('the process that keeps it has ended'));
    this.asked.clear();
    if (this.closing) return;
    const { emit, now } = this.options;
    emit({ name: 'history.process-ended', reason });
    if (this.state !== null)
      this.state = { ...this.state, kind: 'waiting', since: now(), reason: `the process that keeps it has ended (${reason})` };
    if (now() - this.startedAt > STEADY) this.pause = FIRST_PAUSE;
    this.again = setTimeout(() => this.start(), this.pause);
    this.again.unref();
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
  }

  private hear(reply: HistorianReply): void {
    switch (reply.kind) {
      case 'started':
        return;
      case 'state':
        this.state = reply.state;
        return;
      case 'event':
        return this.options.emit(reply.event);
      case 'refused':
        return this.options.emit({ name: 'history.store-refused', code: reply.code, reason: reply.message });
      case 'answer':
        this.asked.get(reply.id)?.resolve(reply.answer);
        break;
      case 'unanswered':
        this.asked.get(reply.id)?.reject(refusalOf(reply));
        break;
      case 'progress':
        this.asked.get(reply.id)?.onProgress?.(reply.progress);
        return;
    }
    this.asked.delete(reply.id);
  }

  private send(request: HistorianRequest): void {
    // A process that has just ended is not told; its successor reads everything anew.
    if (this.child?.connected === true) this.child.send(request, () => undefined);
  }
}

function refusalOf({ code, message }: { readonly code: string; readonly message: string }): Refusal {
  return code === 'history-unavailable' ? unavailable(message) : new Refusal(code, message);
}

function unavailable(why: string): Refusal {
  return new Refusal('history-unavailable', `History cannot be read now: ${why}. Alerts and orders go on without it.`);
}

function lower(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, NICE);
  } catch {
    // Not allowed here: then it runs like everything else.
  }
}
