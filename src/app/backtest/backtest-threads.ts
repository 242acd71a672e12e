import { Worker } from 'node:worker_threads';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Side } from './backtest-plan.ts';
import type { ThreadReply, ThreadRequest, ThreadSetup } from './backtest-thread-protocol.ts';
import type { RunResult } from './run-result.ts';

/** Blocks that a thread may have before it; more only fill the memory. */
const AHEAD = 4;

/** Threads that run jobs over the same blocks. */
export class BacktestThreads {
  private readonly threads: readonly Thread[];

  /** `program`: the compiled thread. */
  constructor(setups: readonly ThreadSetup[], program: URL) {
    this.threads = setups.map((setup) => new Thread(setup, program));
  }

  /** Resolves when there is room for another block. @throws Error when a thread has ended */
  async take(block: ReadingBlock): Promise<void> {
    for (const thread of this.threads) thread.send({ kind: 'block', block });
    await Promise.all(this.threads.map((thread) => thread.room()));
  }

  async end(): Promise<readonly { readonly side: Side; readonly result: RunResult }[]> {
    for (const thread of this.threads) thread.send({ kind: 'end' });
    return (await Promise.all(this.threads.map((thread) => thread.done))).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }
}

type Results = Extract<ThreadReply, { readonly kind: 'done' }>['results'];

class Thread {
  readonly done: Promise<Results>;
  private readonly worker: Worker;
  private ahead = 0;
  private failure: Error | null = null;
  private waiting: (() => void) | null = null;

  constructor(setup: ThreadSetup, program: URL) {
    this.worker = new Worker(program, { workerData: setup });
    this.done = new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        this.failure = error;
        this.waiting?.();
        reject(error);
      };
      this.worker.on('error', fail);
      this.worker.on('exit', () => fail(new Error('A thread of the back-test has ended.')));
      this.worker.on('message', (reply: ThreadReply) => {
        if (reply.kind === 'done') resolve(reply.results);
        else this.taken();
      });
    });
    // Heard where somebody waits for it.
    this.done.catch(() => undefined);
  }

  send(request: ThreadRequest): void {
    if (request.kind === 'block') this.ahead += 1;
    this.worker.postMessage(request);
  }

  async room(): Promise<void> {
    if (this.ahead >= AHEAD && this.failure === null) await new Promise<void>((resolve) => (this.waiting = resolve));
    if (this.failure !== null) throw this.failure;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private taken(): void {
    this.ahead -= 1;
    if (this.ahead >= AHEAD) return;
    this.waiting?.();
    this.waiting = null;
  }
}
