import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMapping } from './mapping.ts';
import { replay } from './replay.ts';
import type { ReplaySummary } from './replay.ts';
import { startTestBroker } from './test-broker.ts';
import type { TestBroker } from './test-broker.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const RECORDINGS = process.env['MAIBO_RECORDINGS'] ?? join(REPOSITORY, '../shared/data');

interface Case {
  readonly recording: string;
  readonly map: string;
  readonly shows: string;
  readonly expected: unknown;
}

const CASES: readonly Case[] = [
  {
    recording: 'weather/shanghai_weather_2012-2014.csv.gz',
    map: 'weather-shanghai',
    shows: 'three years of hourly weather, NA left out cell by cell',
    expected: { rows: 26_304, readings: 26_304, outOfOrder: 0, cells: { unreadable: 0 } },
  },
  {
    recording: 'air/shanghai_pm25_2012-2014.csv.gz',
    map: 'air-shanghai',
    shows: 'three years of PM2.5, NA left out',
    expected: { rows: 26_304, outOfOrder: 0 },
  },
  {
    recording: 'people/melbourne_pedestrian_2015.csv.gz',
    map: 'people-melbourne',
    shows: 'four counters that stand one after the other in the file, merged by time',
    expected: { rows: 32_276, readings: 32_276, outOfOrder: 0 },
  },
  {
    recording: 'smoke/arduino_fire_captures.csv.gz',
    map: 'smoke-arduino',
    shows: 'fire, nuisance and clean air',
    expected: { rows: 15_843, readings: 15_843, outOfOrder: 0 },
  },
  {
    recording: 'smoke/kaggle_smoke_sessions_A_head_and_C_head.csv.gz',
    map: 'smoke-kaggle',
    shows: 'two sessions',
    expected: { rows: 12_872, readings: 12_872, outOfOrder: 0 },
  },
  {
    recording: 'flood/ea_readings_2021-05-07.csv.gz',
    map: 'flood-ea',
    shows: 'mixed units, `a|b` counted as unreadable',
    expected: { rows: 9_847, readings: 9_845, outOfOrder: 0, skipped: { 'value-unreadable': 2 } },
  },
  {
    recording: 'flood/brompton_rain_flow_2012-09_2012-10.csv.gz',
    map: 'flood-brompton',
    shows: 'a storm',
    expected: { rows: 7_319, readings: 7_319, outOfOrder: 0 },
  },
  {
    recording: 'traffic/realTraffic/speed_6005.csv.gz',
    map: 'traffic-speed',
    shows: 'local times of Chicago',
    expected: { readings: 2_500, outOfOrder: 0 },
  },
];

let broker: TestBroker;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(() => broker.close());

describe('the real recordings replay through a real broker, every row accounted for', () => {
  for (const { recording, map, shows, expected } of CASES) {
    const file = join(RECORDINGS, recording);
    const absent = existsSync(file) ? '' : `: the recording ${recording} is absent, it would have shown ${shows}`;
    it.skipIf(absent !== '')(`${map} (${shows})${absent}`, { timeout: 60_000 }, async () => {
      const mapping = loadMapping(join(REPOSITORY, 'fixtures/recordings', `${map}.map.json`));
      const summary: ReplaySummary = await replay({ file, mapping, url: broker.url, speed: 'max' });
      expect(summary).toMatchObject(expected as object);
      expect(summary.acknowledged).toBe(summary.messages);
      expect(broker.messages.length).toBe(summary.messages);
      expect(summary.rows).toBe(summary.readings + Object.values(summary.skipped).reduce((sum, count) => sum + count, 0));
    });
  }
});
