import { signCheckpoint, type SigningKey } from '../journal/audit/checkpoint.ts';
import { appendCheckpoint, newestCheckpoint } from '../journal/audit/checkpoint-file.ts';
import type { Journal } from '../journal/journal.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';

export interface CheckpointsOptions {
  readonly directory: string;
  readonly journal: Pick<Journal, 'auditHead' | 'flush'>;
  readonly key: SigningKey;
  readonly now: () => Millis;
  /** Gives the line to whoever listens, and to whoever comes later; `false` where there is no broker. */
  readonly retain: (line: string) => Promise<boolean>;
  readonly emit: Emit;
}

/** Asked once a minute: less than an hour by one, so that an hour never passes without. */
const AGE: Millis = 59 * 60_000;

/**
 * Signs the audit record from time to time, and lets the signature leave the machine.
 *
 * S1  While there are new records a checkpoint is made at least every hour, and one at a stop; without new ones none is.
 * S2  What is signed is on disk already, and the checkpoint is on disk before anybody is given it.
 * S3  One that could not be kept or published is said, and tried again.
 */
export class Checkpoints {
  private readonly options: CheckpointsOptions;
  private newest: string | null;
  private seq: number;
  private madeAt: Millis;
  private published = false;
  private busy: Promise<void> = Promise.resolve();

  private constructor(options: CheckpointsOptions, newest: string | null) {
    const { seq, at } = standingOf(newest);
    this.options = options;
    this.newest = newest;
    this.seq = seq;
    this.madeAt = at;
  }

  static async open(options: CheckpointsOptions): Promise<Checkpoints> {
    return new Checkpoints(options, await newestCheckpoint(options.directory));
  }

  /** To be called about once a minute. */
  consider(): Promise<void> {
    return this.inTurn(async () => {
      const passed = this.options.now() - this.madeAt;
      // A clock that was set back must not keep the next one waiting.
      if (passed >= AGE || passed < 0) await this.make();
      await this.publish();
    });
  }

  /** When nothing is decided and nothing is delivered any more. */
  last(): Promise<void> {
    return this.inTurn(async () => {
      await this.options.journal.flush();
      await this.make();
      await this.publish();
    });
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.busy.then(step).catch((error: unknown) => {
      this.options.emit({ name: 'journal.audit-checkpoint-failed', error: error instanceof Error ? error.message : String(error) });
    });
    this.busy = done;
    return done;
  }

  private async make(): Promise<void> {
    const { journal, now, key, directory, emit } = this.options;
    const head = journal.auditHead();
    // Less than there was: the record has lost its tail, and the next one that verifies it must find that out from what is signed.
    if (head.seq === this.seq) return;
    const at = now();
    const checkpoint = signCheckpoint(head, at, key);
    await appendCheckpoint(directory, checkpoint);
    [this.newest, this.seq, this.madeAt, this.published] = [checkpoint, head.seq, at, false];
    emit({ name: 'journal.audit-checkpoint-made', seq: head.seq, checkpoint });
  }

  private async publish(): Promise<void> {
    if (this.newest === null || this.published) return;
    this.published = await this.options.retain(this.newest);
  }
}

/** Of a file that somebody has written into nothing is believed: a checkpoint is then made at once. */
function standingOf(newest: string | null): { readonly seq: number; readonly at: Millis } {
  try {
    const { seq, at } = JSON.parse(newest ?? '{}') as { readonly seq?: unknown; readonly at?: unknown };
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (typeof seq === 'number' && Number.isFinite(time)) return { seq, at: time };
  } catch {
    // No JSON.
  }
  return { seq: 0, at: Number.NEGATIVE_INFINITY };
}
