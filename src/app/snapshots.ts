import type { Journal } from '../journal/journal.ts';
import type { Millis } from '../model/time.ts';
import type { Configured, Core } from './core.ts';
import { saveState } from './recover.ts';

/** A snapshot is due after so many events, or after so long with any: it bounds what a restart must replay. */
const EVENTS: number = 250_000;
const AGE: Millis = 60_000;

/** Decides when to take one, at the instant at which the state is that of an entry. */
export class Snapshots {
  private readonly journal: Journal;
  private readonly core: Core;
  private readonly inForce: () => Configured;
  private events = 0;
  private lastAt: Millis | null = null;
  private newest: { offset: number; at: Millis } | null = null;
  private saving: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(journal: Journal, core: Core, inForce: () => Configured) {
    this.journal = journal;
    this.core = core;
    this.inForce = inForce;
  }

  consider(offset: number, at: Millis, events: number): void {
    this.events += events;
    this.newest = { offset, at };
    this.lastAt ??= at;
    if (this.busy || (this.events < EVENTS && at - this.lastAt < AGE)) return;
    this.take(offset, at);
  }

  /** The last one, when nothing is decided any more. */
  async last(): Promise<void> {
    await this.saving;
    if (this.newest === null || this.events === 0) return;
    this.take(this.newest.offset, this.newest.at);
    await this.saving;
  }

  private take(offset: number, at: Millis): void {
    this.busy = true;
    this.events = 0;
    this.lastAt = at;
    const state = saveState(this.core, this.inForce());
    this.saving = this.journal
      .saveSnapshot({ offset, at, state }, this.core.now)
      // A snapshot that could not be written costs time at the next start, nothing else; the journal has said so.
      .catch(() => undefined)
      .finally(() => {
        this.busy = false;
      });
  }
}
