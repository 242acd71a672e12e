/**
 * One scripted day of the city, made from a seed: sensors as they speak on any day, and five scenes shaped on real events.
 *
 * Invariants:
 * I1  The same city and seed make the same day, message for message.
 * I2  The story never goes back: every entry is at or after the one before it, and so is every reading of one sensor.
 * I3  Every sensor that speaks stands in the city folder.
 */
import type { City, Sensor } from '../../model/place.ts';
import type { Millis } from '../../model/time.ts';
import { createBackground, heartbeat, TICK } from './background.ts';
import type { Values } from './background.ts';
import { noise } from './noise.ts';
import type { Caption, Part, Scene } from './scene.ts';
import { SCENES } from './scenes.ts';
import { planSpeed } from './speed-plan.ts';
import type { Stretch } from './speed-plan.ts';

export interface StoryReading {
  readonly sensor: string;
  readonly at: Millis;
  readonly values: Values;
}

export type StoryEntry =
  | { readonly kind: 'message'; readonly at: Millis; readonly gateway: string; readonly readings: readonly StoryReading[] }
  | { readonly kind: 'caption'; readonly at: Millis; readonly caption: Caption; readonly scene: string };

export interface Scenario {
  readonly start: Millis;
  readonly end: Millis;
  readonly scenes: readonly Scene[];
  readonly speedPlan: readonly Stretch[];
  /** Made as it is asked for: a day is some ten thousand messages. */
  readonly timeline: () => Generator<StoryEntry>;
}

const DAY = '2026-09-13';
const BEGINS = '06:40';
const MINUTE = 60_000;

/** Which gateway speaks for a model where the sensor names none. */
const GATEWAY: Readonly<Record<string, string>> = {
  'smoke-alarm': 'gw-fire',
  'heat-detector': 'gw-fire',
  'call-point': 'gw-fire',
  'hydrant-cap': 'gw-fire',
  'fire-panel': 'gw-fire',
  'residual-current-detector': 'gw-fire',
  'cable-temperature-probe': 'gw-fire',
  'rain-gauge': 'gw-water',
  'ponding-gauge': 'gw-water',
  'tide-gauge': 'gw-water',
  'river-gauge': 'gw-water',
  'flood-gate': 'gw-water',
  'manhole-probe': 'gw-water',
  'pump-station': 'gw-water',
  'wall-gauge': 'gw-water',
  'people-counter': 'gw-crowd',
  'crowd-camera': 'gw-crowd',
  'air-station': 'gw-air',
  'weather-station': 'gw-air',
  'visibility-meter': 'gw-air',
};

export function createScenario(city: City, seed: number): Scenario {
  const start = Date.parse(`${DAY}T${BEGINS}:00+08:00`);
  const end = start + 24 * 60 * MINUTE;
  const clock = (text: string): Millis => {
    const at = Date.parse(`${DAY}T${text.length === 5 ? `${text}:00` : text}+08:00`);
    return at < start ? at + 24 * 60 * MINUTE : at;
  };
  const scenes = SCENES.map((make) => make({ city, seed, clock }));
  return {
    start,
    end,
    scenes,
    speedPlan: planSpeed(start, end, scenes, { lead: 6, between: 43 }),
    timeline: () => playDay({ city, seed, start, end, scenes }),
  };
}

interface Day {
  readonly city: City;
  readonly seed: number;
  readonly start: Millis;
  readonly end: Millis;
  readonly scenes: readonly Scene[];
}

function* playDay(day: Day): Generator<StoryEntry> {
  const captions = day.scenes.flatMap((scene) =>
    scene.captions.map((caption) => ({ kind: 'caption', at: caption.at, caption, scene: scene.id }) as const),
  );
  captions.sort((a, b) => a.at - b.at);
  const speakers = speakersOf(day);
  const extras = extrasByTick(speakers);
  for (let tick = day.start; tick < day.end; tick += TICK) {
    for (const entry of playTick(tick, speakers, extras.get(tick) ?? [])) {
      while (captions[0] !== undefined && captions[0].at <= entry.at) yield captions.shift() as StoryEntry;
      yield entry;
    }
  }
  yield* captions;
}

interface Speaker {
  readonly sensor: Sensor;
  readonly gateway: string;
  readonly period: Millis;
  /** Where in its period it speaks, so that not all speak at once. */
  readonly phase: Millis;
  readonly extra: readonly Millis[];
  readonly say: (at: Millis) => Values | null;
}

function speakersOf({ city, seed, scenes }: Day): Speaker[] {
  const background = createBackground(city, seed);
  const parts = new Map<string, Part[]>();
  for (const scene of scenes) for (const part of scene.parts) parts.set(part.sensor, [...(parts.get(part.sensor) ?? []), part]);
  return city.sensors.map((sensor) => {
    const mine = parts.get(sensor.id) ?? [];
    const period = heartbeat(sensor);
    return {
      sensor,
      gateway: sensor.gateway ?? GATEWAY[sensor.model] ?? 'gw-street',
      period,
      phase: Math.floor(noise(seed, sensor.id, -1) * (period / TICK)) * TICK,
      extra: mine.flatMap((part) => part.extra),
      say: (at) => {
        const usual = background(sensor, at);
        // A part speaks for its own measures; the others (battery) stay as they are.
        for (const part of mine) {
          const values = part.values(at);
          if (values !== null) return { ...usual, ...values };
        }
        return usual;
      },
    };
  });
}

interface Turn {
  readonly at: Millis;
  readonly speaker: Speaker;
}

function extrasByTick(speakers: readonly Speaker[]): Map<Millis, Turn[]> {
  const byTick = new Map<Millis, Turn[]>();
  for (const speaker of speakers)
    for (const at of speaker.extra) {
      const tick = Math.floor(at / TICK) * TICK;
      const turns = byTick.get(tick) ?? [];
      turns.push({ at, speaker });
      byTick.set(tick, turns);
    }
  return byTick;
}

/** The messages of one tick: all that a gateway has to say at one instant goes out together. */
function playTick(tick: Millis, speakers: readonly Speaker[], extras: readonly Turn[]): Extract<StoryEntry, { kind: 'message' }>[] {
  const turns: Turn[] = [...extras];
  const spoken = new Set(extras.filter((turn) => turn.at === tick).map((turn) => turn.speaker));
  for (const speaker of speakers)
    if ((tick - speaker.phase) % speaker.period === 0 && !spoken.has(speaker)) turns.push({ at: tick, speaker });
  turns.sort((a, b) => a.at - b.at);
  const messages = new Map<string, { kind: 'message'; at: Millis; gateway: string; readings: StoryReading[] }>();
  for (const { at, speaker } of turns) {
    const values = speaker.say(at);
    if (values === null) continue;
    const key = `${at} ${speaker.gateway}`;
    const reading = { sensor: speaker.sensor.id, at, values };
    const open = messages.get(key);
    if (open === undefined) messages.set(key, { kind: 'message', at, gateway: speaker.gateway, readings: [reading] });
    else open.readings.push(reading);
  }
  return [...messages.values()];
}
