import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCity } from '../../config/city-folder.ts';
import type { City } from '../../model/place.ts';
import { bodyOf, topicOf } from './publisher.ts';
import { createScenario } from './scenario.ts';
import type { Scenario, StoryEntry } from './scenario.ts';
import { rainOf } from './scenes.ts';
import { wallOf } from './speed-plan.ts';

let city: City;
let scenario: Scenario;
let entries: StoryEntry[];
let messages: Extract<StoryEntry, { kind: 'message' }>[];
beforeAll(async () => {
  city = await readCity(fileURLToPath(new URL('../../../fixtures/xuhui', import.meta.url)));
  scenario = createScenario(city, 1);
  entries = [...scenario.timeline()];
  messages = entries.filter((entry) => entry.kind === 'message');
});

const clock = (text: string): number => Date.parse(`2026-09-13T${text}:00+08:00`);

describe('the scripted day', () => {
  it('I1 is the same for the same seed, message for message, and another for another', () => {
    const text = (seed: number): string => JSON.stringify([...createScenario(city, seed).timeline()]);
    expect(text(1)).toBe(JSON.stringify(entries));
    expect(text(2)).not.toBe(text(1));
  });

  it('I2 never goes back, as a whole and for each sensor, and no sensor speaks twice at one instant', () => {
    const last = new Map<string, number>();
    const back: unknown[] = [];
    let now = scenario.start;
    for (const entry of entries) {
      if (entry.at < now) back.push(entry);
      now = entry.at;
      if (entry.kind !== 'message') continue;
      for (const reading of entry.readings) {
        if (reading.at <= (last.get(reading.sensor) ?? -Infinity)) back.push(reading);
        last.set(reading.sensor, reading.at);
      }
    }
    expect(back).toEqual([]);
    expect(now).toBeLessThan(scenario.end);
  });

  it('I3 is spoken by sensors of the city folder only, with measures that it knows', () => {
    const sensors = new Set(city.sensors.map((sensor) => sensor.id));
    const measures = new Set(city.measures.map((measure) => measure.id));
    const scripted = scenario.scenes.flatMap((scene) => scene.parts.map((part) => part.sensor));
    expect(scripted.filter((id) => !sensors.has(id))).toEqual([]);
    const said = messages.flatMap(({ readings }) => readings);
    expect(said.length).toBeGreaterThan(1_000);
    expect(
      said.filter(({ sensor, values }) => !sensors.has(sensor) || !Object.keys(values).every((measure) => measures.has(measure))),
    ).toEqual([]);
  });

  it('lets no sensor with a cadence fall silent: never three cadences apart', () => {
    const times = new Map<string, number[]>();
    for (const { readings } of messages) {
      for (const { sensor, at } of readings) {
        const heard = times.get(sensor);
        if (heard === undefined) times.set(sensor, [at]);
        else heard.push(at);
      }
    }
    for (const { id, cadence } of city.sensors) {
      if (cadence === null) continue;
      const heard = times.get(id) ?? [];
      expect(heard.length, id).toBeGreaterThan(0);
      const longest = heard.reduce((longest, at, i) => Math.max(longest, i === 0 ? 0 : at - (heard[i - 1] as number)), 0);
      expect(longest, id).toBeLessThan(cadence * 3);
    }
  });

  it('rains 61.6 mm in the hour of the cloudburst and 9.1 mm in the next, as recorded', () => {
    const sum = (from: number): number => Array.from({ length: 60 }, (_, index) => rainOf(from + index)).reduce((a, b) => a + b, 0);
    expect(sum(0)).toBeCloseTo(61.6, 0);
    expect(sum(60)).toBeCloseTo(9.1, 0);
    const gauge = messages.flatMap((entry) => entry.readings).filter((reading) => reading.sensor === 'rain-xujiahui-01');
    const fallen = gauge
      .filter((reading) => reading.at >= clock('15:40') && reading.at < clock('16:40'))
      .reduce((total, reading) => total + Number(reading.values['rain']), 0);
    expect(fallen).toBeCloseTo(61.6, 0);
  });

  it('fills the geofence of the Wukang Building above its capacity in the evening, and at no other time', () => {
    const capacity = Number(city.places.find((place) => place.id === 'wukang-building')?.attributes['capacity']);
    const above = messages
      .flatMap((entry) => entry.readings)
      .filter((reading) => reading.sensor === 'people-wukang-01' && Number(reading.values['people']) > capacity);
    expect(above.length).toBeGreaterThan(0);
    expect(Math.min(...above.map((reading) => reading.at))).toBeGreaterThan(clock('19:20'));
    expect(Math.max(...above.map((reading) => reading.at))).toBeLessThan(clock('20:20'));
  });

  it('sets off one smoke alarm in the morning, and two with a heat detector at night', () => {
    const alarms = messages
      .flatMap((entry) => entry.readings)
      .filter(({ values }) => values['smoke'] === 1 || values['heat'] === 1)
      .map((reading) => reading.sensor);
    expect([...new Set(alarms)]).toEqual(['smoke-changqiao-01', 'smoke-iapm-01', 'smoke-iapm-02', 'heat-iapm-01']);
  });

  it('takes about four minutes, the first scene within ten seconds, and never more than the server can be asked for', () => {
    expect(wallOf(scenario.speedPlan, scenario.end) / 1_000).toBeGreaterThan(200);
    expect(wallOf(scenario.speedPlan, scenario.end) / 1_000).toBeLessThan(260);
    expect(wallOf(scenario.speedPlan, clock('06:50')) / 1_000).toBeLessThan(10);
    const perSecond = new Map<number, number>();
    for (const { at } of messages) {
      const second = Math.floor(wallOf(scenario.speedPlan, at) / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(messages.length / (wallOf(scenario.speedPlan, scenario.end) / 1_000)).toBeLessThan(70);
    expect(Math.max(...perSecond.values())).toBeLessThan(400);
  });

  it('quotes whose figures it uses, in both languages', () => {
    const captions = scenario.scenes.flatMap((scene) => scene.captions);
    for (const { text } of captions) for (const one of [text.zh, text.en]) expect(one).toBeTruthy();
    const credited = captions
      .filter((caption) => caption.credit !== undefined)
      .map((caption) => caption.text.en)
      .join(' ');
    expect(credited).toContain('61.6 mm');
    expect(credited).toContain('514');
  });

  it('is published in the form of the contract', () => {
    const single = messages.find((entry) => entry.readings.length === 1) as (typeof messages)[number];
    expect(topicOf(single)).toBe(`city/${single.gateway}/${single.readings[0]?.sensor}`);
    expect(Object.keys(JSON.parse(bodyOf(single)) as object)).toEqual(['at', 'values']);
    const batch = messages.find((entry) => entry.readings.length > 1) as (typeof messages)[number];
    expect(topicOf(batch)).toBe(`city/${batch.gateway}`);
    expect((JSON.parse(bodyOf(batch)) as object[]).length).toBe(batch.readings.length);
    for (const { readings } of messages) expect(readings.length).toBeLessThanOrEqual(1_000);
  });
});
