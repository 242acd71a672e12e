import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, hasInfluxd, TestServer } from '../../history/influx/test-influx-server.ts';
import { caughtUpAt, standingAt, type Standing } from './history/standing.ts';
import { until } from './until.ts';
import { XuhuiServer } from './xuhui-server.ts';

const MINUTE = 60_000;
const BATCH = 1_000;

interface SeriesAnswer {
  readonly samples: readonly { readonly at: string; readonly value?: unknown; readonly count?: number; readonly level?: unknown }[];
  readonly cut: boolean;
  readonly marks?: readonly { readonly what: string; readonly state: string; readonly level: string }[];
}

/** Sends numbered readings of one sensor, a second apart, and asks for them again. */
class Writer {
  sent = 0;
  private readonly server: XuhuiServer;
  private readonly begin = Math.floor(Date.now() / MINUTE) * MINUTE - 50 * MINUTE;

  constructor(server: XuhuiServer) {
    this.server = server;
  }

  /** Two of each second share a millisecond: they differ in their number alone. */
  async send(batches: number): Promise<void> {
    for (let i = 0; i < batches; i += 1) {
      const body = Array.from({ length: BATCH }, (_, j) => {
        const n = this.sent + j;
        return { sensor: 'people-wukang-01', at: this.begin + (n >> 1) * 100, seq: n, values: { 'people-in': n } };
      });
      const answer = await this.server.post('/api/v1/readings?gateway=gw-hist', body);
      if (answer.status !== 200 && answer.status !== 202) throw new Error(`readings: ${answer.status} ${JSON.stringify(answer.body)}`);
      this.sent += BATCH;
    }
  }

  /** How many distinct values the store has. */
  async stored(): Promise<number> {
    const found = new Set<unknown>();
    const span = (from: number): string => new Date(from).toISOString();
    for (let from = this.begin; ; from += 5 * MINUTE) {
      const path = `/api/v1/sensors/people-wukang-01/history?measure=people-in&step=raw&points=10000&from=${span(from)}&to=${span(from + 5 * MINUTE)}`;
      const { samples, cut } = (await this.server.get(path)).body as unknown as SeriesAnswer;
      expect(cut).toBe(false);
      for (const { value } of samples) found.add(value);
      if (from > Date.now()) return found.size;
    }
  }
}

const stateOf = (server: XuhuiServer): Promise<Standing> => standingAt(server.http);
const caughtUp = (server: XuhuiServer): Promise<Standing> => caughtUpAt(server.http);

describe('the embedded history', () => {
  let server: XuhuiServer;
  let writer: Writer;

  beforeAll(async () => {
    server = await XuhuiServer.start({}, { MAIBO_HISTORY: 'embedded' });
    writer = new Writer(server);
  });
  afterAll(() => server.remove());

  it('has every reading that was acknowledged, two of one millisecond as two, over kill -9', async () => {
    await writer.send(4);
    await caughtUp(server);
    expect(await writer.stored()).toBe(4_000);
    for (let round = 0; round < 2; round += 1) {
      await writer.send(3);
      await server.kill();
      await server.restart();
    }
    await writer.send(1);
    const state = await caughtUp(server);
    expect(await writer.stored()).toBe(writer.sent);
    expect(state).toMatchObject({ lost: 0, quarantined: 0 });
  });

  it('shows a sign with its alert and its order, and a day of readings in as many buckets as were asked for', async () => {
    await server.post('/api/v1/readings?gateway=gw-hist', [{ sensor: 'smoke-iapm-01', values: { smoke: 1 } }]);
    const path = '/api/v1/signs/smoke-alarm/history?key=sensor:smoke-iapm-01&step=raw';
    const sign = await until('an alert in the history', async () => {
      const body = (await server.get(path)).body as unknown as SeriesAnswer;
      return body.samples.length > 0 && (body.marks ?? []).some(({ what }) => what === 'order') ? body : null;
    });
    expect(sign.samples[0]).toMatchObject({ value: 1 });
    expect(sign.marks?.map(({ what }) => what)).toContain('alert');
    const day = (await server.get('/api/v1/sensors/people-wukang-01/history?measure=people-in&points=200')).body as unknown as SeriesAnswer;
    expect(day.samples.length).toBeLessThanOrEqual(200);
    expect(day.samples.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(writer.sent);
  });

  it('refuses what it cannot mean', async () => {
    const statuses = await Promise.all(
      ['measure=m&from=yesterday', 'measure=m&step=5ms', 'measure=m&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'points=9'].map(
        async (query) => (await server.get(`/api/v1/sensors/x/history?${query}`)).status,
      ),
    );
    expect(statuses).toEqual([400, 400, 400, 400]);
    expect((await server.get('/api/v1/signs/nothing/history?key=k')).status).toBe(404);
  });
});

describe('no history', () => {
  it('is said, and everything else goes on', async () => {
    const server = await XuhuiServer.start();
    try {
      expect((await server.get('/api/v1/history')).body).toEqual({ state: 'off' });
      expect((await server.get('/api/v1/sensors/people-wukang-01/history?measure=people-in')).status).toBe(503);
    } finally {
      await server.remove();
    }
  });
});

describe.skipIf(!hasInfluxd())(`history in InfluxDB${hasInfluxd() ? '' : ` (${ABSENT})`}`, () => {
  let influx: TestServer;
  let server: XuhuiServer;
  let writer: Writer;

  beforeAll(async () => {
    influx = await TestServer.influxd();
    await influx.ask('CREATE DATABASE maibo');
    server = await XuhuiServer.start({ influx: { url: influx.url, bucket: 'maibo', api: 'v1' } }, { MAIBO_HISTORY: 'influxdb' });
    writer = new Writer(server);
  });
  afterAll(async () => {
    await server.remove();
    await influx.stop();
  });

  it('has every reading though the database is killed and comes back three times', async () => {
    for (let round = 0; round < 3; round += 1) {
      await writer.send(3);
      await influx.kill();
      await writer.send(3);
      await until('a history that waits', async () => (await stateOf(server)).state === 'waiting');
      await influx.restart();
      await caughtUp(server);
    }
    expect(await writer.stored()).toBe(writer.sent);
    expect(await stateOf(server)).toMatchObject({ lost: 0, quarantined: 0 });
  });

  it('takes nothing from the log before it is stored, over a restart of both', async () => {
    await influx.kill();
    await writer.send(2);
    await server.kill();
    await server.restart();
    await writer.send(1);
    await influx.restart();
    await caughtUp(server);
    expect(await writer.stored()).toBe(writer.sent);
  });
});
