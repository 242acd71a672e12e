import { afterEach, expect, test } from 'vitest';
import { Refusal } from '../../model/problem.ts';
import type { SeriesQuery } from '../../model/series.ts';
import type { ApiPorts } from '../ports.ts';
import { apiOf, as, TOKENS, type Bench } from '../test-rig.ts';

const AT = Date.parse('2026-11-23T00:00:00.000Z');
const DAY = 86_400_000;
let bench: Bench | null = null;
afterEach(() => bench?.api.close());

const SIGN = { id: 'smoke-alarm', version: 1, title: { zh: '烟', en: 'Smoke' }, domain: 'fire', unit: '', level: null, keys: 1 };

async function get(path: string, over: Partial<ApiPorts> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  bench = await apiOf({ signs: () => [SIGN], ...over });
  const answer = await bench.api.inject({ method: 'GET', url: `/api/v1/${path}` });
  return { status: answer.statusCode, body: answer.json() };
}

/** @returns what the store was asked for */
async function asked(query: string): Promise<SeriesQuery | undefined> {
  const queries: SeriesQuery[] = [];
  await get(`sensors/s1/history?measure=pm25${query}`, {
    series: async (one) => {
      queries.push(one);
      return { samples: [], cut: false };
    },
  });
  return queries[0];
}

test('a day up to now in buckets that fill no more than a thousand points, unless something else is asked for', async () => {
  const series = { kind: 'reading', sensor: 's1', measure: 'pm25' };
  expect(await asked('')).toEqual({ series, from: AT + 1 - DAY, to: AT + 1, step: 120_000, limit: 1_000 });
  const span = '&from=2026-11-01T08:00:00%2B08:00&to=2026-11-02T00:00:00Z';
  expect(await asked(`${span}&step=raw&points=5`)).toEqual({ series, from: AT - 22 * DAY, to: AT - 21 * DAY, step: null, limit: 5 });
  expect(await asked(`${span}&step=15m`)).toMatchObject({ step: 900_000 });
  expect(await asked(`${span}&points=24`)).toMatchObject({ step: 3_600_000 });
});

test('samples and buckets are told with their time as text, and a sign with its alerts and orders', async () => {
  const bucket = { kind: 'bucket', at: AT, count: 2, min: 1, max: 3, mean: 2, last: 3 } as const;
  const mark = { at: '2026-11-23T00:00:00.000Z', what: 'alert', id: 'al_1', state: 'firing', level: 'red' } as const;
  const over: Partial<ApiPorts> = { series: async () => ({ samples: [bucket], cut: true }), marks: async () => [mark] };
  const { status, body } = await get('signs/smoke-alarm/history?key=sensor:s1', over);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    kind: 'sign',
    key: 'sensor:s1',
    cut: true,
    samples: [{ at: '2026-11-23T00:00:00.000Z', count: 2, min: 1, max: 3, mean: 2, last: 3 }],
    marks: [mark],
  });
});

test.each([
  ['sensors/s1/history?measure=a&from=yesterday', 400, 'api-request-invalid'],
  ['sensors/s1/history?measure=a&step=10ms', 400, 'api-request-invalid'],
  ['sensors/s1/history?measure=a&points=0', 400, 'api-request-invalid'],
  ['sensors/s1/history', 400, 'api-request-invalid'],
  ['sensors/s1/history?measure=a&from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z', 400, 'api-request-invalid'],
  ['signs/nothing/history?key=k', 404, 'api-sign-unknown'],
])('%s is refused with %i %s', async (path, status, code) => {
  const answer = await get(path);
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
});

test('history that cannot be read is 503 with its reason, in both languages', async () => {
  const over: Partial<ApiPorts> = { series: () => Promise.reject(new Refusal('history-unavailable', 'No history is kept here.')) };
  const { status, body } = await get('sensors/s1/history?measure=a', over);
  expect(status).toBe(503);
  expect(body).toMatchObject({ code: 'api-history-unavailable', titleZh: '历史数据暂不可用', detail: 'No history is kept here.' });
});

test('where history is kept, and how far it is, is told to whoever may read', async () => {
  const state = {
    state: 'waiting',
    since: AT,
    reason: 'refused',
    store: 'http://h:8086 b',
    behind: 3,
    points: 9,
    quarantined: 0,
    lost: 0,
    baselines: { version: 'b1', computedAt: AT, keys: 2, slots: 9 },
    baselineFailures: 0,
  } as const;
  expect((await get('history', { history: () => state })).body).toEqual({
    ...state,
    since: '2026-11-23T00:00:00.000Z',
    baselines: { ...state.baselines, computedAt: '2026-11-23T00:00:00.000Z' },
  });
  expect((await get('history')).body).toEqual({ state: 'off' });
  bench = await apiOf({}, TOKENS);
  const statuses = await Promise.all(
    [{}, as('viewer')].map(async (headers) => (await bench?.api.inject({ url: '/api/v1/history', headers }))?.statusCode),
  );
  expect(statuses).toEqual([401, 200]);
});
