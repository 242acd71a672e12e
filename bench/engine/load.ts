import type { Engine, Observation } from '../../src/engine/engine.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { Speaker } from './population.ts';
import { Sayings, strideFor } from './sayings.ts';

/** Every sensor speaks once a virtual minute, in an order that has nothing to do with the memory; now and then a message is loud. */
const MINUTE = 60_000;
const STEPS = 600;

/** Plays the city into an engine, minute by minute. */
export class Load {
  now = Date.UTC(2026, 5, 1);
  messages = 0;
  readings = 0;
  verdicts = 0;
  private readonly speakers: readonly Speaker[];
  private readonly stride: number;
  private readonly sayings = new Sayings();

  constructor(speakers: readonly Speaker[]) {
    this.speakers = speakers;
    this.stride = strideFor(speakers.length);
  }

  /** @returns messages, readings and seconds of one minute of the city */
  minute(engine: Engine, each?: (observation: Observation) => void): { messages: number; readings: number; seconds: number } {
    const out: Verdict[] = [];
    const { length } = this.speakers;
    const per = Math.ceil(length / STEPS);
    let readings = 0;
    let milliseconds = 0;
    for (let from = 0; from < length; from += per) {
      // Made before the clock runs, but just before: a server too has each message at hand that it has decoded.
      const batch = this.compose(from, Math.min(length, from + per));
      const started = performance.now();
      engine.advance((batch[0] as Observation).at, out);
      for (let i = 0; i < batch.length; i += 1) {
        readings += engine.observe(batch[i] as Observation, out);
        each?.(batch[i] as Observation);
      }
      milliseconds += performance.now() - started;
    }
    this.now += MINUTE;
    this.verdicts += out.length;
    this.messages += length;
    this.readings += readings;
    return { messages: length, readings, seconds: milliseconds / 1_000 };
  }

  private compose(from: number, to: number): Observation[] {
    const { speakers, stride } = this;
    const batch: Observation[] = [];
    for (let i = from; i < to; i += 1) {
      const { sensor, gateway, sample } = speakers[(i * stride) % speakers.length] as Speaker;
      const at = this.now + Math.floor((i / speakers.length) * MINUTE);
      batch.push({ sensor, gateway, values: this.sayings.next(sample), at, receivedAt: at });
    }
    return batch;
  }
}
