import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  absentRecordings,
  atLeast,
  mappingOf,
  recordingFile,
  rowsOf,
  startRecordedRun,
  type RecordedRun,
  type SeenSensor,
} from './recorded-run.ts';
import { ROOT } from './server-process.ts';

const SMOKE = 'smoke/arduino_fire_captures.csv.gz';
const GAUGES = 'flood/ea_readings_2021-05-07.csv.gz';
const SPEED = 'traffic/realTraffic/speed_6005.csv.gz';

let run: RecordedRun | null = null;
const made: string[] = [];
afterEach(async () => {
  expect(await run?.stop()).toBe(0);
  run = null;
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** The sample city with one smoke alarm for each capture: under one alarm the first would latch and hide the others. */
function cityOfCaptures(captures: Iterable<string>): string {
  const city = mkdtempSync(join(tmpdir(), 'maibo-captures-'));
  made.push(city);
  cpSync(join(ROOT, 'fixtures/xuhui'), city, { recursive: true });
  const sensors = [...captures].map((capture) => ({ id: `smoke-${capture}`, model: 'smoke-alarm', street: '310104003', cadence: '24h' }));
  writeFileSync(join(city, 'sensors.json'), JSON.stringify({ sensors }));
  return city;
}

const noSmoke = absentRecordings([SMOKE], 'that 37 of 40 fires raise smoke-alarm, and 36 of 40 nuisances do too');

describe.skipIf(noSmoke !== '')(`captures of smoke${noSmoke}`, () => {
  it('raise an alarm where the sensor passes 200, and nowhere else: fire 37 of 40, cooking and steam 36 of 40, clean air 0 of 80', async () => {
    const rows = rowsOf(SMOKE);
    const classOf = new Map(rows.map((row) => [row['started_local'] as string, row['class'] as string]));
    const above = new Set(rows.filter((row) => Number(row['smoke_adc']) > 200).map((row) => row['started_local'] as string));
    run = await startRecordedRun(cityOfCaptures(classOf.keys()));
    await run.play(recordingFile(SMOKE), { ...mappingOf('smoke-arduino'), sensor: { column: 'started_local', prefix: 'smoke-' } });
    const alarmed = (await run.fired('smoke-alarm'))
      .filter((alert) => atLeast(alert, 'orange'))
      .map(({ subject }) => subject.sensor?.replace('smoke-', '') as string);
    expect(alarmed.sort()).toEqual([...above].sort());
    const count = (name: string, of: Iterable<string>): number => [...of].filter((capture) => classOf.get(capture) === name).length;
    const table = ['fire', 'false_alarm', 'no_fire'].map((name) => [name, count(name, alarmed), count(name, classOf.keys())]);
    expect(table).toEqual([
      ['fire', 37, 40],
      ['false_alarm', 36, 40],
      ['no_fire', 0, 80],
    ]);
    expect(await run.drills()).toBeGreaterThan(0);
  });

  it('under one alarm, as shipped, raise one latched alert and one fire order', async () => {
    run = await startRecordedRun();
    await run.play(recordingFile(SMOKE), 'smoke-arduino');
    expect(await run.fired('smoke-alarm')).toMatchObject([{ peak: 'orange', state: 'firing', subject: { sensor: 'smoke-iapm-01' } }]);
    const orders = await run.list<{ sort: string; drill: boolean }>('orders');
    expect(orders.filter(({ sort }) => sort === 'fire')).toMatchObject([{ drill: true }]);
  });
});

const noGauges = absentRecordings([GAUGES], 'that 1,100 gauges with mixed units and two broken values are adopted and counted');

describe.skipIf(noGauges !== '')(`a day of English gauges${noGauges}`, () => {
  it('is taken in whole: every station adopted, the two values "a|b" counted as unreadable, nothing raised on a dry day', async () => {
    run = await startRecordedRun();
    const summary = await run.play(recordingFile(GAUGES), 'flood-ea');
    expect(summary).toMatchObject({ rows: 9_847, readings: 9_845, skipped: { 'value-unreadable': 2 } });
    const readable = rowsOf(GAUGES).filter(({ value }) => !value?.includes('|'));
    const sensors = await run.list<SeenSensor & { adopted: boolean }>('sensors');
    expect(sensors.filter(({ adopted }) => adopted)).toHaveLength(new Set(readable.map(({ station }) => station)).size);
    expect(await run.list('rejections')).toEqual([]);
    for (const rule of ['rainfall-1h', 'rainfall-6h', 'inland-river-level', 'huangpu-tide-level'])
      expect(await run.fired(rule)).toEqual([]);
    expect(await run.drills()).toBe(0);
  });
});

const noSpeed = absentRecordings([SPEED], 'that 2,500 speeds of one loop run through');

describe.skipIf(noSpeed !== '')(`the speeds of one loop${noSpeed}`, () => {
  it('run through, and are judged as what they say, in km/h, which is not what was meant', async () => {
    run = await startRecordedRun();
    expect(await run.play(recordingFile(SPEED), 'traffic-speed')).toMatchObject({ readings: 2_500 });
    const signs = await run.list<{ id: string; keys: number }>('signs');
    expect(signs.find(({ id }) => id === 'arterial-speed')).toMatchObject({ keys: 1 });
    expect(await run.fired('arterial-speed')).toEqual([]);
    expect(await run.list('rejections')).toEqual([]);
    await run.drills();
  });
});
