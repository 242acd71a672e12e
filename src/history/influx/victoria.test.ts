import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HistoryPoint, ReadingPoint } from '../../model/history-point.ts';
import type { HistoryStore } from '../history-store.ts';
import { describeStore } from '../test-store-contract.ts';
import { createInfluxStore } from './influx-store.ts';
import { hasVictoria, TestServer, VICTORIA_ABSENT } from './test-influx-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const AT = 1_780_000_000_000;
const START = { offset: 0, audit: 0 };
const base = {
  kind: 'reading',
  at: AT,
  nth: 0,
  measure: 'pm25',
  test: false,
  gateway: 'g',
  place: null,
  street: null,
  receivedAt: AT,
  order: 0,
} as const;
const reading = (sensor: string, value: ReadingPoint['value'], at = AT): ReadingPoint => ({ ...base, sensor, value, at, receivedAt: at });

interface Exported {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  readonly timestamps: readonly number[];
}

describe.skipIf(!hasVictoria())(`a real VictoriaMetrics takes what is written${hasVictoria() ? '' : ` (${VICTORIA_ABSENT})`}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.victoria();
  });
  afterAll(() => server.stop());

  describeStore('under the contract of every store, as far as it goes', {
    nature: { cursor: 'none', answers: 'nothing', retention: 'of-the-server', repeats: 'each' },
    open: async () => {
      await server.textOf(`/api/v1/admin/tsdb/delete_series?match[]=${encodeURIComponent('{__name__!=""}')}`);
      return openStore();
    },
    numbers: async (sensor, expected) => {
      const [series] = await exported(`reading_value{sensor="${sensor}",measure="pm25"}`, expected);
      return (series?.timestamps ?? []).map((at, n) => [at, series?.values[n] ?? Number.NaN]);
    },
  });

  const openStore = (): HistoryStore => createInfluxStore({ url: server.url, token: null, org: 'city', bucket: 'pulse', api: 'v2' });

  async function write(...points: HistoryPoint[]): Promise<void> {
    const store = openStore();
    try {
      await store.write(points, START);
    } finally {
      await store.close();
    }
  }

  /** What it has of a name, once it shows it: what was written is searched a moment later. */
  async function exported(name: string, count: number): Promise<readonly Exported[]> {
    let found: Exported[] = [];
    const ask = async (): Promise<number> => {
      await server.textOf('/internal/force_flush');
      const text = await server.textOf(`/api/v1/export?match[]=${encodeURIComponent(name)}`);
      found =
        text.trim() === ''
          ? []
          : text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as Exported);
      return found.reduce((sum, { values }) => sum + values.length, 0);
    };
    await expect.poll(ask, { timeout: 20_000 }).toBe(count);
    return found;
  }

  it('numbers, with their names', async () => {
    await write(reading('named', 1.5));
    const [series] = await exported('reading_value{sensor="named"}', 1);
    expect(series?.metric).toMatchObject({ sensor: 'named', measure: 'pm25' });
  });

  it('a line break in a text or a name begins no line of its own', async () => {
    const evil = `x"\nreading,sensor=evil value=6,test=false ${AT}000000\nz="`;
    await write(reading('text', evil), reading(evil, 1), reading('last', 2));
    await exported('reading_value{sensor="last"}', 1);
    expect(await server.textOf(`/api/v1/export?match[]=${encodeURIComponent('{sensor="evil"}')}`)).toBe('');
  });

  it('killed, it is unreachable; it answers no InfluxQL, so it keeps no cursor for us', async () => {
    const store = createInfluxStore({ url: server.url, token: null, org: null, bucket: 'pulse', api: 'v2' });
    expect(await store.cursor()).toBeNull();
    await server.kill();
    await expect(store.write([reading('a', 1)], START)).rejects.toMatchObject({ kind: 'unreachable' });
    await server.restart();
    await store.write([reading('again', 1)], START);
    await store.close();
    await exported('reading_value{sensor="again"}', 1);
  });
});
