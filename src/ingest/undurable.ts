import type { Emit } from '../telemetry/events.ts';

export interface UndurableOptions {
  readonly highWater: number;
  readonly emit: Emit;
  /** Reading may go on. */
  readonly resumed: () => void;
}

/** What a message costs beyond its bytes while it waits; else a flood of empty ones would be free. */
const OVERHEAD = 256;

/**
 * Back-pressure: bytes that were offered and are not yet durable, over all connections of a door.
 *
 * U1 Above the high water nobody is read; below half of it everybody is again. What is held in memory is bounded by the
 *    high water plus one chunk, however much is sent.
 */
export class Undurable {
  private readonly options: UndurableOptions;
  private pausedAt = 0;
  bytes = 0;
  messages = 0;
  paused = false;
  pauses = 0;
  private halted = false;

  constructor(options: UndurableOptions) {
    this.options = options;
  }

  /** Returns what has to be given back when the message is settled. */
  add(topic: string, payload: Uint8Array): number {
    const cost = payload.length + topic.length + OVERHEAD;
    this.bytes += cost;
    this.messages += 1;
    if (!this.paused && this.bytes > this.options.highWater) this.pause();
    return cost;
  }

  remove(cost: number): void {
    this.bytes -= cost;
    this.messages -= 1;
    if (this.paused && !this.halted && this.bytes <= this.options.highWater / 2) this.resume();
  }

  /** Nobody is read any more. */
  halt(): void {
    this.halted = true;
    this.paused = true;
  }

  private pause(): void {
    this.paused = true;
    this.pauses += 1;
    this.pausedAt = performance.now();
    this.options.emit({ name: 'ingest.sockets-paused', undurableBytes: this.bytes });
  }

  private resume(): void {
    this.paused = false;
    const milliseconds = performance.now() - this.pausedAt;
    this.options.emit({ name: 'ingest.sockets-resumed', undurableBytes: this.bytes, milliseconds });
    this.options.resumed();
  }
}
