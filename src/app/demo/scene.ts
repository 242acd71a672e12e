import type { City } from '../../model/place.ts';
import type { Text } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { Values } from './background.ts';

export interface Caption {
  readonly at: Millis;
  readonly text: Text;
  /** Whose figure it quotes. */
  readonly credit?: string;
}

/** What one sensor says while a scene plays, in place of its background. */
export interface Part {
  readonly sensor: string;
  /** `null`: the background again. */
  readonly values: (at: Millis) => Values | null;
  /** Speaks at these instants beside its heartbeat. */
  readonly extra: readonly Millis[];
}

export interface Scene {
  readonly id: string;
  readonly from: Millis;
  readonly to: Millis;
  /** Seconds of wall time for the whole scene. */
  readonly wall: number;
  readonly captions: readonly Caption[];
  readonly parts: readonly Part[];
}

/** Wall times of the scripted day: `clock('16:10')`, `clock('16:10:30')`; from 00:00 to before the start it is the next morning. */
export type Clock = (text: string) => Millis;

export interface Stage {
  readonly city: City;
  readonly seed: number;
  readonly clock: Clock;
}

/** Instants from `from` to before `to`, `step` apart. */
export function every(from: Millis, to: Millis, step: Millis): Millis[] {
  const times: Millis[] = [];
  for (let at = from; at < to; at += step) times.push(at);
  return times;
}

/** A detector that is in alarm from `on` to before `off`. */
export function alarm(sensor: string, measure: string, on: Millis, off: Millis): Part {
  return { sensor, values: (at) => ({ [measure]: at >= on && at < off ? 1 : 0 }), extra: [on, off] };
}
