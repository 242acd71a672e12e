import { Worker } from 'node:worker_threads';
import { Refusal } from '../model/problem.ts';
import { JournalError } from './error.ts';
import type { Reply, Request, WorkerSetup } from './worker-protocol.ts';

interface Waiting {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The calling thread's end of the commit worker.
 *
 * C1  Requests are performed, and their promises settled, in the order of `send`.
 * C2  After one failure every waiting and every later promise is rejected with `journal-failed`; nothing is tried again.
 */
export class Committer {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #failed: (error: JournalError) => void;
  #broken: Error | null = null;
  #closing = false;

  /** Resolves with the first failure; stays open for ever when there is none. */
  readonly failure: Promise<JournalError>;

  private constructor(url: URL, setup: WorkerSetup) {
    let failed: (error: JournalError) => void = () => undefined;
    this.failure = new Promise((resolve) => {
      failed = resolve;
    });
    this.#failed = failed;
    this.#worker = new Worker(url, { workerData: setup });
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error: Error) => this.#break(`the commit worker broke: ${error.message}`));
    this.#worker.on('exit', () => this.#closing || this.#break('the commit worker ended'));
  }

  static async start(url: URL, setup: WorkerSetup): Promise<Committer> {
    const committer = new Committer(url, setup);
    try {
      await committer.#expect();
      return committer;
    } catch (error) {
      committer.#closing = true;
      await committer.#worker.terminate();
      throw error;
    }
  }

  /** @returns the count of the reply. */
  send(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<number> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    this.#worker.postMessage(request, transfer);
    return this.#expect();
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    const broken = this.#broken;
    this.#closing = true;
    const ended = new Promise<void>((resolve) => void this.#worker.once('exit', () => resolve()));
    if (broken === null) {
      const sent = this.send({ kind: 'close' });
      this.#broken = new JournalError('journal-closed', 'The journal is closed.');
      await Promise.all([sent, ended]);
    } else {
      await this.#worker.terminate();
    }
  }

  #expect(): Promise<number> {
    return new Promise((resolve, reject) => void this.#waiting.push({ resolve, reject }));
  }

  #settle(reply: Reply): void {
    if (reply.kind === 'failed') return this.#break(reply.message);
    const first = this.#waiting.shift();
    if (reply.kind === 'done') first?.resolve(reply.count);
    else first?.reject(new Refusal(reply.code, reply.message));
  }

  #break(why: string): void {
    if (this.#broken instanceof JournalError && this.#broken.code === 'journal-failed') return;
    const error = new JournalError('journal-failed', `The journal cannot be written: ${why}`);
    this.#broken = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#failed(error);
  }
}
