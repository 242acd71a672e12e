import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderStatsView } from '../order-stats-client.ts';
import { ROOT } from './server-process.ts';
import { until } from './until.ts';
import { XuhuiServer } from './xuhui-server.ts';

/*
 * A fire from the reading to its end, seen from outside: what each step took stands in the statistics, in the metrics and in
 * what the command prints, and is still there after kill -9.
 */
describe('how long a fire took', () => {
  let server: XuhuiServer;
  let order = '';
  let dispatchedAt = 0;

  const statsBy = async (by: string): Promise<OrderStatsView> =>
    (await (await fetch(`${server.http}/api/v1/orders/stats?by=${by}`)).json()) as OrderStatsView;
  const answer = async (party: string, state: string, more: object = {}): Promise<number> =>
    (await server.post(`/api/v1/orders/${order}/receipts`, { party, state, ...more })).status;

  beforeAll(async () => {
    server = await XuhuiServer.start();
    // Police has a system that is out of order: it is never reached.
    server.receivers.police.status = 503;
    const began = Date.now() - 2_000;
    await server.post('/api/v1/readings', [
      { sensor: 'smoke-iapm-01', at: began, values: { smoke: 1 } },
      { sensor: 'smoke-iapm-02', at: began, values: { smoke: 1 } },
    ]);
    order = (await server.get('/api/v1/orders')).body.items[0]?.id ?? '';
    const { body } = await server.get(`/api/v1/orders/${order}`);
    dispatchedAt = Date.parse(body.trail.find(({ what, party }) => what === 'order.dispatched' && party === 'fire')?.at ?? '');
    await until('a first try at everybody', () => Object.values(server.receivers).every((receiver) => receiver.of(order).length > 0));
    // Told late, and together: the fire brigade arrived without a word before, the street office will not come.
    expect(await answer('fire', 'on-site', { at: dispatchedAt + 40 })).toBe(201);
    expect(await answer('street', 'declined')).toBe(201);
    await until('both acceptances to be on disk', async () => (await statsBy('party')).all.steps.deliver.count === 2);
  });
  afterAll(() => server.remove());

  const fireAndOthers = async (): Promise<void> => {
    const { all, groups, leftOut } = await statsBy('party');
    expect(leftOut).toBe(0);
    expect(all).toMatchObject({ orders: 1, assignments: 3, states: { 'on-site': 1, dispatched: 1, declined: 1 } });
    const [fire, police, street] = ['fire', 'police', 'street'].map((key) => groups.find((one) => one.key === key));
    expect(fire).toMatchObject({ title: { zh: expect.any(String), en: expect.any(String) } });
    expect(fire?.steps).toMatchObject({
      accept: { count: 1, medianMs: 40, waiting: 0, missed: 0, breached: 0 },
      arrive: { count: 1, medianMs: 40, p90Ms: 40, p99Ms: 40, exact: true },
      close: { count: 0, medianMs: null, waiting: 1 },
      deliver: { count: 1, breached: null },
    });
    expect(fire?.steps.deliver.medianMs).toBeLessThan(5_000);
    expect(fire?.steps.open.medianMs).toBeGreaterThanOrEqual(1_900);
    expect(fire?.steps.open.medianMs).toBeLessThan(30_000);
    expect(police?.steps).toMatchObject({ deliver: { count: 0, waiting: 1, missed: 0 }, accept: { count: 0, waiting: 1 } });
    expect(street?.steps).toMatchObject({ deliver: { count: 1 }, accept: { count: 0, waiting: 0, missed: 1 } });
  };

  it('stands in the statistics, step by step', fireAndOthers);

  it('is the same by the sign that opened it and by street', async () => {
    const [bySign, byStreet] = [await statsBy('sign'), await statsBy('street')];
    expect(bySign.groups.map(({ key, orders, assignments }) => [key, orders, assignments])).toEqual([
      [expect.stringMatching(/^smoke-alarm/), 1, 3],
    ]);
    expect(byStreet.groups.map(({ key }) => key)).toEqual(['310104003']);
    expect(byStreet.all.steps).toEqual(bySign.all.steps);
  });

  it('stands in the metrics', async () => {
    const text = await (await fetch(`${server.http}/metrics`)).text();
    const counts = text.split('\n').filter((line) => /^maibo_order_[a-z]+_seconds_count/.test(line));
    expect(
      counts
        .map((line) => /^maibo_order_([a-z]+)_seconds_count\{(?:party="([a-z]+)")?/.exec(line)?.slice(1).join(' ').trim())
        .sort((a, b) => (a ?? '').localeCompare(b ?? '')),
    ).toEqual(['accept fire', 'arrive fire', 'deliver fire', 'deliver street', 'open']);
  });

  it('is printed by the command, in both languages', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'dist/main.js'), 'orders', 'stats', '--url', server.http], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('1 工单 orders · 3 派单 assignments · 0 演练未计 drills left out');
    expect(stdout).toMatch(/签收 accept +1 +40ms +40ms +40ms +0 +0 +0\n/);
  });

  it('is the same after kill -9, and police counts once it is reached', async () => {
    await server.kill('SIGKILL');
    await server.restart();
    await fireAndOthers();
    server.receivers.police.status = 204;
    await until('police to be reached', async () => (await statsBy('party')).all.steps.deliver.count === 3);
    expect(await server.counter('maibo_order_deliver_seconds_count{party="police",kind="fire",level="red",drill="false"}')).toBe(1);
  });
});
