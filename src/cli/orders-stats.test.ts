import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { OrderStatsView, StatsGroupView, StepView } from '../app/order-stats-client.ts';
import { displayWidth } from '../app/demo/display-width.ts';
import { runOrders } from './orders.ts';
import { shortDuration, statsLines } from './orders-stats.ts';
import { heardIo } from './test-rig.ts';

const step = (over: Partial<StepView> = {}): StepView => ({
  ...{ count: 0, medianMs: null, p90Ms: null, p99Ms: null, exact: true, waiting: 0, missed: 0, breached: null },
  ...over,
});

function group(key: string | null, title: StatsGroupView['title']): StatsGroupView {
  const steps = {
    open: step({ count: 2, medianMs: 480, p90Ms: 900, p99Ms: 900 }),
    deliver: step({ count: 2, medianMs: 12, p90Ms: 31, p99Ms: 31 }),
    accept: step({ count: 1, medianMs: 64_000, p90Ms: 64_000, p99Ms: 64_000, waiting: 1, breached: 1 }),
    arrive: step({ waiting: 1, missed: 1, breached: 0 }),
    close: step({ count: 1, medianMs: 7_260_000, p90Ms: 7_260_000, p99Ms: 7_260_000, waiting: 1, breached: 0 }),
  };
  return { key, title, orders: 2, assignments: 2, states: { resolved: 1, dispatched: 1 }, steps };
}

const VIEW: OrderStatsView = {
  ...{ from: '2026-10-24T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z', by: 'party', drills: 'without', leftOut: 3 },
  all: group(null, null),
  groups: [group('fire', { zh: '消防', en: 'Fire brigade' }), group('gone', null)],
};

describe('maibo orders stats', () => {
  it('prints a table in both languages whose columns stand below each other', () => {
    const lines = statsLines(VIEW);
    expect(lines[0]).toBe(
      '2026-10-24T00:00:00.000Z → 2026-11-23T00:00:00.000Z  2 工单 orders · 2 派单 assignments · 3 演练未计 drills left out',
    );
    expect(lines).toHaveLength(2 + 3 * 5);
    expect(lines[1]).toMatch(/^单位 party +步骤 step +已测 n +中位 median +p90 +p99 +逾期 breached +待办 waiting +未办 missed$/);
    expect(lines[4]).toMatch(/^ +签收 accept +1 +1m4s +1m4s +1m4s +1 +1 +0$/);
    expect(lines[7]).toMatch(/^消防 Fire brigade +开单 open +2 +480ms +900ms +900ms +– +0 +0$/);
    expect(new Set(lines.slice(1).map(displayWidth)).size).toBe(1);
  });

  it('says what is good to one per cent only, and has no table of nothing', () => {
    const { steps } = VIEW.all;
    const rough = statsLines({ ...VIEW, all: { ...VIEW.all, steps: { ...steps, open: { ...steps.open, exact: false } } } });
    expect(rough[2]).toContain('≈480ms');
    expect(rough.at(-1)).toBe('≈ 误差不超过百分之一 good to one per cent');
    expect(statsLines({ ...VIEW, all: { ...VIEW.all, orders: 0, assignments: 0 }, groups: [] })).toHaveLength(1);
    expect(statsLines({ ...VIEW, drills: 'only' })[0]).toContain('2 演练 drills · 2 派单 assignments · 3 真实工单未计 real ones left out');
  });

  it.each([
    [0, '0ms'],
    [999, '999ms'],
    [12_340, '12.3s'],
    [59_990, '1m'],
    [245_400, '4m5s'],
    [7_815_000, '2h10m'],
    [273_600_000, '3d4h'],
  ])('writes %d ms as %s', (ms, expected) => expect(shortDuration(ms)).toBe(expected));

  it('asks the server what it was told to ask, and prints its answer or its JSON', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end(JSON.stringify(VIEW));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { io, heard } = heardIo();
      expect(await runOrders(['stats', '--url', url, '--by', 'sign', '--from', '2026-11-01T00:00:00+08:00'], io)).toBe(0);
      expect(asked).toEqual(['/api/v1/orders/stats?from=2026-11-01T00%3A00%3A00%2B08%3A00&by=sign']);
      expect(heard.out).toContain('消防 Fire brigade');
      const { io: second, heard: json } = heardIo();
      expect(await runOrders(['stats', '--url', url, '--json'], second)).toBe(0);
      expect(JSON.parse(json.out)).toEqual(VIEW);
    } finally {
      server.close();
    }
  });
});
