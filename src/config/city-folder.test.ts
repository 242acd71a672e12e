import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../model/problem.ts';
import { readCity } from './city-folder.ts';
import { toWgs84 } from './position.ts';

const XUHUI = fileURLToPath(new URL('../../fixtures/xuhui', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of Xuhui with one file changed. */
function changed(file: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'maibo-city-'));
  folders.push(folder);
  cpSync(XUHUI, folder, { recursive: true });
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  return folder;
}

async function problemsOf(folder: string): Promise<string[]> {
  const refusal = await readCity(folder).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Refusal)) throw new Error('the folder was not refused');
  expect(refusal.code).toBe('city-invalid');
  return refusal.problems.map(({ code, file, pointer }) => `${code} ${relative(folder, file)}${pointer}`);
}

describe('Xuhui', () => {
  test('has its 13 streets by their official codes, and something of every kind', async () => {
    const city = await readCity(XUHUI);
    expect(city.streets.map(({ code }) => code)).toEqual([
      '310104003',
      '310104004',
      '310104007',
      '310104008',
      '310104010',
      '310104011',
      '310104012',
      '310104013',
      '310104014',
      '310104015',
      '310104016',
      '310104017',
      '310104103',
    ]);
    for (const { code } of city.streets) expect(city.places.filter(({ street }) => street === code).length).toBeGreaterThan(0);
    expect([...new Set(city.sensors.map(({ model }) => model))]).toEqual(
      expect.arrayContaining([
        'air-station',
        'call-point',
        'crowd-camera',
        'door-magnet',
        'gas-regulator',
        'heat-detector',
        'hydrant-cap',
        'people-counter',
        'pir',
        'police-feed',
        'ponding-gauge',
        'rain-gauge',
        'river-gauge',
        'smoke-alarm',
        'tide-gauge',
        'traffic-loop',
        'visibility-meter',
        'weather-station',
      ]),
    );
    expect(city.sensors.length).toBeGreaterThan(200);
  });

  test('every sensor stands in a street, every mall, venue and compound has two smoke alarms, every crowd counter a capacity', async () => {
    const city = await readCity(XUHUI);
    const placeOf = new Map(city.places.map((place) => [place.id, place]));
    for (const sensor of city.sensors) expect(sensor.street, sensor.id).toMatch(/^310104\d{3}$/);
    for (const place of city.places)
      if (['mall', 'venue', 'compound', 'hospital', 'stadium', 'station'].includes(String(place.attributes['sort'])))
        expect(
          city.sensors.filter((sensor) => sensor.model === 'smoke-alarm' && sensor.place === place.id).length,
          place.id,
        ).toBeGreaterThanOrEqual(2);
    for (const sensor of city.sensors)
      if (sensor.model === 'people-counter') expect(placeOf.get(sensor.place ?? '')?.attributes['capacity'], sensor.id).toBeGreaterThan(0);
  });

  test('names no person: homes carry a pseudonym, a purpose and a time after which to forget', async () => {
    const city = await readCity(XUHUI);
    const home = city.sensors.filter(({ model }) => model === 'door-magnet' || model === 'pir');
    expect(home.length).toBeGreaterThan(0);
    for (const { attributes } of home)
      expect(attributes).toMatchObject({
        subject: expect.stringMatching(/^resident-\d\d$/),
        purpose: expect.any(String),
        retentionDays: 30,
      });
  });

  test('the sensors that play the recordings speak once an hour', async () => {
    const sensors = new Map((await readCity(XUHUI)).sensors.map((sensor) => [sensor.id, sensor]));
    for (const id of [
      'weather-xujiahui',
      'pm25-huaihai-us-post',
      'people-riverside-01',
      'people-south-station-01',
      'people-xujiahui-01',
      'people-market-01',
    ])
      expect(sensors.get(id)?.cadence, id).toBe(3_600_000);
    expect(sensors.get('people-wukang-01')).toMatchObject({
      place: 'wukang-building',
      street: '310104004',
      cadence: 60_000,
      gateway: null,
      adopted: false,
    });
  });
});

describe('coordinates', () => {
  test('are converted once, here, whatever they were drawn in', async () => {
    const drawn = changed('places.json', (text) =>
      text.replace('"at": [121.4339, 31.2047]', '"at": [121.438398, 31.202813], "crs": "GCJ02"'),
    );
    const wukang = (await readCity(drawn)).places.find(({ id }) => id === 'wukang-building');
    expect(wukang?.at[0]).toBeCloseTo(121.4339, 3);
    expect(wukang?.at[1]).toBeCloseTo(31.2047, 3);
    expect(toWgs84([121.4339, 31.2047], 'WGS84')).toEqual([121.4339, 31.2047]);
    // Baidu's offset comes on top of the other one: the same numbers mean a point half a kilometre away.
    expect(Math.abs(toWgs84([121.4339, 31.2047], 'BD09')[0] - toWgs84([121.4339, 31.2047], 'GCJ02')[0])).toBeGreaterThan(0.005);
  });
});

describe('a folder with a fault is refused with file and pointer', () => {
  test.each([
    [
      'places.json',
      (t: string) => t.replace('"street": "310104003"', '"street": "310104999"'),
      'city-reference places.json/places/0/street',
    ],
    ['places.json', (t: string) => t.replace('[121.4533, 31.2148]', '[31.2148, 121.4533]'), 'city-position places.json/places/0/at'],
    ['places.json', (t: string) => t.replace('"id": "jianyeli"', '"id": "iapm"'), 'city-duplicate places.json/places/3/id'],
    ['places.json', (t: string) => t.replace('"approximate": true', '"aproximate": true'), 'city-schema places.json/places/0/aproximate'],
    ['sensors.json', (t: string) => t.replace('"place": "iapm"', '"place": "iapn"'), 'city-reference sensors.json/sensors/0/place'],
    ['sensors.json', (t: string) => t.replace('"cadence": "24h"', '"cadence": "daily"'), 'city-schema sensors.json/sensors/0/cadence'],
    ['sensors.json', (t: string) => t.replace('"cadence": "24h"', '"cadence": "0s"'), 'city-schema sensors.json/sensors/0/cadence'],
    [
      'sensors.json',
      (t: string) => t.replace('"place": "iapm"', '"place": "iapm", "street": "310104014"'),
      'city-reference sensors.json/sensors/0/street',
    ],
    ['city.json', (t: string) => t.replace('Asia/Shanghai', 'Asia/Shangai'), 'city-zone city.json/zone'],
    ['city.json', (t: string) => t.replace('"id": "xuhui"', '"id": "xuhui", "id": "jingan"'), 'city-key-duplicate city.json/id'],
    ['measures.json', () => '{', 'city-json measures.json'],
  ])('%s %#', async (file, change, expected) => {
    const problems = await problemsOf(changed(file, change));
    expect(problems).toContain(expected);
  });

  test('all of its faults are named at once', async () => {
    const folder = changed('places.json', (text) =>
      text.replace('"street": "310104003"', '"street": "310104999"').replace('"id": "jianyeli"', '"id": "iapm"'),
    );
    expect((await problemsOf(folder)).length).toBeGreaterThanOrEqual(2);
  });

  test('a file that is absent is named', async () => {
    const folder = changed('city.json', (text) => text);
    rmSync(join(folder, 'sensors.json'));
    expect(await problemsOf(folder)).toEqual(['city-unreadable sensors.json']);
  });
});
