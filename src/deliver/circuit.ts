import type { Millis } from '../model/time.ts';
import { backoff } from './backoff.ts';

/** So many attempts without any answer in a row, and the endpoint counts as down. */
const FAILURES = 3;
/** So many answers of "not now" (429, 5xx) in a row, and the endpoint counts as overloaded. */
const PUT_OFFS = 8;
/** While it is overloaded it is asked by one attempt at a time, at most so often: a storm of refusals helps nobody, and costs the others. */
const PACE: Millis = 100;
/** While it is down it is asked at least this often, so that its orders start to flow soon after it is back. */
const LONGEST_PROBE: Millis = 30_000;

/**
 * Whether an endpoint answers at all, and whether it takes anything. Any HTTP answer is an answer, also 500; a refused connection or a time-out is none.
 * While it is open one probe at a time goes out, instead of one socket for every order that waits.
 */
export class Circuit {
  private failures = 0;
  private putOffs = 0;
  private mayProbe = false;
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  get open(): boolean {
    return this.failures >= FAILURES;
  }

  /** How many attempts may be under way. */
  get limit(): number {
    if (!this.open && this.putOffs < PUT_OFFS) return this.width;
    return this.mayProbe ? 1 : 0;
  }

  /** @returns true when this answer closed the circuit. */
  answered(): boolean {
    const closed = this.open;
    this.failures = 0;
    return closed;
  }

  /** It took something, or refused it for good: it is not overloaded. */
  decided(): void {
    this.putOffs = 0;
  }

  /** It said "not now". @returns how long to wait before `allowProbe`; `null` while it may be asked freely. */
  putOff(): Millis | null {
    this.putOffs += 1;
    if (this.putOffs < PUT_OFFS) return null;
    this.mayProbe = false;
    return PACE;
  }

  /** @returns how long to wait before `allowProbe`; `null` while closed. */
  failed(random: number): Millis | null {
    this.failures += 1;
    if (!this.open) return null;
    this.mayProbe = false;
    return Math.min(LONGEST_PROBE, backoff(this.failures - FAILURES + 1, random));
  }

  allowProbe(): void {
    this.mayProbe = true;
  }
}
