import { afterEach, expect, test } from 'vitest';
import { Refusal } from '../../model/problem.ts';
import type { BacktestRequest } from '../backtest-ports.ts';
import type { ApiPorts } from '../ports.ts';
import { apiOf, as, TOKENS, type Bench } from '../test-rig.ts';

const AT = Date.parse('2026-11-23T00:00:00.000Z');
let bench: Bench | null = null;
afterEach(() => bench?.api.close());

const FROM = { from: '2026-11-01T00:00:00+08:00' };

async function post(body: object, over: Partial<ApiPorts> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  bench = await apiOf(over);
  const answer = await bench.api.inject({ method: 'POST', url: '/api/v1/rules/backtest', payload: body });
  return { status: answer.statusCode, body: answer.json() };
}

async function asked(body: object): Promise<BacktestRequest | undefined> {
  const requests: BacktestRequest[] = [];
  await post(body, {
    startBacktest: async (request) => {
      requests.push(request);
      return { kind: 'busy' };
    },
  });
  return requests[0];
}

test('without rules it is what those in force would have done beside what was done, up to now', async () => {
  const span = { from: Date.parse(FROM.from), to: AT };
  expect(await asked(FROM)).toEqual({ span, rules: null, against: 'recorded', only: null, warm: null, handledAfter: 1_800_000 });
});

test('rules that are sent are compared with those in force, unless something else is asked for', async () => {
  const rules = { 'fire/smoke.rule.json': '{}' };
  expect(await asked({ ...FROM, rules })).toMatchObject({ rules, against: 'current' });
  const more = { against: rules, only: ['smoke'], warmMs: 0, handledAfterMs: null };
  expect(await asked({ ...FROM, ...more })).toMatchObject({ against: rules, only: ['smoke'], warm: 0, handledAfter: null });
});

test('one runs at a time', async () => {
  expect(await post(FROM, { startBacktest: async () => ({ kind: 'busy' }) })).toMatchObject({
    status: 409,
    body: { code: 'api-backtest-running' },
  });
});

test('rules with faults are refused with every fault', async () => {
  const problem = { code: 'rule-schema', file: 'a.rule.json', pointer: '/id', message: 'Give it an id.' };
  const { body, status } = await post(FROM, { startBacktest: async () => ({ kind: 'refused', problems: [problem] }) });
  expect([status, body['code'], body['problems']]).toEqual([422, 'api-rules-refused', [problem]]);
});

test('where no history is kept it says so', async () => {
  const startBacktest = (): Promise<never> => Promise.reject(new Refusal('history-unavailable', 'none'));
  expect(await post(FROM, { startBacktest })).toMatchObject({ status: 503, body: { code: 'api-history-unavailable' } });
});

test.each([
  [{}, /from/],
  [{ from: 'yesterday' }, /"from"/],
  [{ ...FROM, to: '2026-10-01T00:00:00Z' }, /before/],
  [{ ...FROM, against: 'nothing' }, /against/],
  [{ ...FROM, surprise: 1 }, /surprise|additional/],
])('a request that cannot be meant is refused with the mend: %j', async (body, detail) => {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'api-request-invalid' } });
  expect(String(answer.body['detail'])).toMatch(detail);
});

test('who may only look may not begin one, and may look', async () => {
  const view = { id: 'b1', state: 'running', readings: 10, fraction: 0.5 } as const;
  bench = await apiOf({ backtest: (id) => (id === 'b1' ? view : null) }, TOKENS);
  const headers = as('viewer');
  const begin = await bench.api.inject({ method: 'POST', url: '/api/v1/rules/backtest', payload: FROM, headers });
  expect(begin.statusCode).toBe(403);
  expect((await bench.api.inject({ url: '/api/v1/rules/backtest/b1', headers })).json()).toEqual(view);
  expect((await bench.api.inject({ url: '/api/v1/rules/backtest/b2', headers })).json()).toMatchObject({ code: 'api-backtest-unknown' });
});

test('one that runs is cancelled by its id', async () => {
  const cancelled: string[] = [];
  bench = await apiOf({ cancelBacktest: (id) => id === 'b1' && cancelled.push(id) > 0 });
  expect((await bench.api.inject({ method: 'DELETE', url: '/api/v1/rules/backtest/b1' })).statusCode).toBe(200);
  expect((await bench.api.inject({ method: 'DELETE', url: '/api/v1/rules/backtest/b2' })).statusCode).toBe(404);
  expect(cancelled).toEqual(['b1']);
});
