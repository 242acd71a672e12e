import type { Sensor } from '../../../model/place.ts';
import type { Millis } from '../../../model/time.ts';
import type { Values } from '../../rule-test/rule-test-file.ts';
import type { Sayings } from './palette.ts';
import { Random } from './random.ts';
import type { TrialGround } from './trial-definition.ts';

/** What one sensor says at one moment. */
export interface Word {
  readonly at: Millis;
  readonly sensor: string;
  readonly gateway: string;
  readonly values: Values;
  /** As it is sent, with a number of its own. */
  readonly payload: Uint8Array;
}

export interface Script {
  readonly start: Millis;
  readonly words: readonly Word[];
}

const SECOND: Millis = 1_000;
const MINUTE = 60 * SECOND;
const FIRST_DAY = Date.parse('2026-06-01T00:00:00+08:00');
/** Sensors that take part in one script, chosen anew for each. */
const CAST = 90;
const GATEWAYS = 5;
/** How long a gateway that is back says no second word. */
const ALONE = 11 * SECOND;

/** How a sensor behaves for a while. */
interface Mood {
  readonly until: Millis;
  readonly every: Millis;
  /** Another value every time, else the same. */
  readonly restless: boolean;
}

/** One sensor on its way through a script. */
interface Speaker {
  readonly sensor: Sensor;
  readonly gateway: string;
  readonly sayings: Sayings;
  next: Millis;
  mood: Mood;
  says: Values;
  seq: number;
}

/** A day in the life of some sensors: calm, restless and silent by turns, one gateway out for a while. */
export function makeScript(ground: TrialGround, seed: number, count: number): Script {
  const random = new Random(seed);
  const start = FIRST_DAY + random.between(0, 7 * 24 * 60) * MINUTE;
  const speakers = cast(ground, random, start);
  const words: Word[] = [];
  const from = start + random.between(3, 40) * MINUTE;
  const outage = { gateway: 'gw-1', from, until: from + random.between(2, 20) * MINUTE };
  let back = Number.POSITIVE_INFINITY;
  while (words.length < count) {
    const speaker = speakers.reduce((first, one) => (one.next < first.next ? one : first));
    const at = speaker.next;
    const out = speaker.gateway === outage.gateway && at > outage.from && at < outage.until;
    // Gateways are judged at once: the first word after an outage must be the first to arrive as well.
    const tooSoon = speaker.gateway === outage.gateway && at > back && at < back + ALONE;
    if (!out && !tooSoon) words.push(...say(speaker, at, random));
    if (speaker.gateway === outage.gateway && at >= outage.until) back = Math.min(back, at);
    if (at >= speaker.mood.until) changeMood(speaker, at, random);
    speaker.next = at + speaker.mood.every;
  }
  return { start, words: words.slice(0, count) };
}

function cast({ definition, palette }: TrialGround, random: Random, start: Millis): Speaker[] {
  const able = definition.city.sensors.filter(({ model }) => palette(model).all.length > 0);
  return random.some(able, CAST).map((sensor, i) => {
    const sayings = palette(sensor.model);
    const says = random.pick(sayings.all);
    const gateway = `gw-${i % GATEWAYS}`;
    // Many devices speak on the full minute: moments are shared.
    const next = start + (random.chance(0.5) ? 0 : random.between(0, MINUTE));
    const mood = { until: next + random.between(1, 10) * MINUTE, every: paceOf(sensor), restless: false };
    // The first of each gateway never rests: nobody takes the gateway for dead.
    const steady = i < GATEWAYS ? { until: Number.POSITIVE_INFINITY, every: 15 * SECOND, restless: true } : mood;
    return { sensor, gateway, sayings, next, mood: steady, says, seq: 0 };
  });
}

function paceOf({ cadence }: Sensor): Millis {
  return Math.min(cadence ?? 3 * MINUTE, 5 * MINUTE);
}

function changeMood(speaker: Speaker, at: Millis, random: Random): void {
  const usual = paceOf(speaker.sensor);
  const { all, calm } = speaker.sayings;
  speaker.says = random.pick(calm.length > 0 && random.chance(0.5) ? calm : all);
  const kind = random.next();
  if (kind < 0.05) speaker.mood = { until: at, every: random.between(5, 120) * MINUTE, restless: false };
  else if (kind < 0.12) speaker.mood = { until: at + random.between(5, 40) * SECOND, every: random.between(200, 4_000), restless: true };
  else if (kind < 0.2) speaker.mood = { until: at + random.between(1, 5) * MINUTE, every: random.between(5, 20) * SECOND, restless: false };
  else speaker.mood = { until: at + random.pick([1, 3, 10, 30]) * MINUTE, every: usual, restless: random.chance(0.2) };
}

function say(speaker: Speaker, at: Millis, random: Random): Word[] {
  if (speaker.mood.restless) speaker.says = random.pick(speaker.sayings.all);
  const values = random.chance(0.2) ? { ...speaker.says, ...random.pick(speaker.sayings.all) } : speaker.says;
  const word = (said: Values): Word => {
    speaker.seq += 1;
    const body = { at, seq: speaker.seq, values: said, ...(random.chance(0.01) ? { test: true } : {}) };
    return { at, sensor: speaker.sensor.id, gateway: speaker.gateway, values: said, payload: Buffer.from(JSON.stringify(body)) };
  };
  // Now and then two words of one moment.
  return random.chance(0.02) ? [word(values), word(random.pick(speaker.sayings.all))] : [word(values)];
}
