import type { Engine } from '../engine/engine.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import type { Consequences } from './consequences.ts';

/** The time of the core, and what is decided because it passes. It passes by the wall, or by the readings alone. */
export class CoreClock {
  now: Millis = Number.NEGATIVE_INFINITY;
  /** The wall clock of the batch; under an event clock nothing is decided by it but what has no time of its own. */
  openedAt: Millis = 0;
  followsData = false;
  private readonly engine: Engine;
  private readonly consequences: Consequences;

  constructor(engine: Engine, consequences: Consequences) {
    this.engine = engine;
    this.consequences = consequences;
  }

  /** `waiting`: the times of the parties wait for the next move. */
  move(at: Millis, outcome: BatchOutcome, waiting = false): void {
    if (at <= this.now) return;
    this.now = at;
    if (this.engine.nextAt() <= at) {
      const verdicts: Verdict[] = [];
      this.engine.advance(at, verdicts);
      this.consequences.followAll(verdicts, at, outcome);
    }
    this.consequences.advance(at, outcome, waiting);
  }

  /** When there is next something to decide though nothing arrives: never, where time passes only by readings. */
  nextAt(): Millis {
    return this.followsData ? Number.POSITIVE_INFINITY : Math.min(this.engine.nextAt(), this.consequences.nextAt());
  }

  /** The earliest wall clock that the next entry may have. */
  notBefore(): Millis {
    return this.followsData ? 0 : Math.max(0, this.now);
  }

  /** What the clock shows when the wall says `wall`. */
  shown(wall: Millis): Millis {
    return this.followsData ? this.now : Math.max(this.now, wall);
  }
}
