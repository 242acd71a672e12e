import { describe, expect, it } from 'vitest';
import type { AlertPoint, OrderPoint } from '../../model/history-point.ts';
import { DRILL_KEY } from '../../model/silence.ts';
import { recordedRun } from './recorded-run.ts';

const SPAN = { from: 100, to: 1_000 };
const TOLD = { rules: new Set(['crowd']), kinds: new Set(['crowd']) };
const where = { place: 'wukang', street: null, nth: 0 } as const;

function step(at: number, state: AlertPoint['state'], over: Partial<AlertPoint> = {}): AlertPoint {
  const what = { alert: 'al_1', rule: 'crowd', version: 1, key: 'place:wukang', level: 'yellow', value: 1 } as const;
  return { kind: 'alert', ...what, ...where, at, state, ...over };
}

function order(at: number, state: string, over: Partial<OrderPoint> = {}): OrderPoint {
  const what = { order: 'wo_1', sort: 'crowd', level: 'yellow', parties: ['police'], drill: false } as const;
  return { kind: 'order', ...what, ...where, at, state, ...over };
}

describe('what the server did at the time', () => {
  it('an alert is told from its first firing to its end, with the highest level between', () => {
    const alerts = [
      step(150, 'pending'),
      step(200, 'firing'),
      step(250, 'firing', { level: 'red' }),
      step(300, 'firing'),
      step(400, 'resolved'),
    ];
    const told = { id: 'al_1', firedAt: 200, resolvedAt: 400, peak: 'red', rule: 'crowd', key: 'place:wukang' };
    expect(recordedRun({ alerts, orders: [] }, SPAN, TOLD).alerts).toEqual([expect.objectContaining(told)]);
  });

  it('what never fired, was over before, or is of other rules is left out', () => {
    const over = [step(20, 'firing', { alert: 'al_2' }), step(50, 'resolved', { alert: 'al_2' })];
    const other = step(200, 'firing', { alert: 'al_3', rule: 'smoke' });
    expect(recordedRun({ alerts: [step(150, 'pending'), ...over, other], orders: [] }, SPAN, TOLD).alerts).toEqual([]);
  });

  it('an order is told with all that it was given to, its highest level and its end', () => {
    const orders = [
      order(200, 'open'),
      order(250, 'open', { level: 'red', parties: ['police', 'street'] }),
      order(300, 'closed', { parties: ['police', 'street'] }),
    ];
    const told = { openedAt: 200, closedAt: 300, level: 'red', parties: ['police', 'street'] };
    expect(recordedRun({ alerts: [], orders }, SPAN, TOLD).orders).toMatchObject([told]);
  });

  it('exercises are no part of it', () => {
    const alerts = [step(200, 'firing', { key: `${DRILL_KEY}dr_1` })];
    const orders = [order(200, 'open', { order: 'wo_2', drill: true }), order(200, 'open')];
    const run = recordedRun({ alerts, orders }, SPAN, TOLD);
    expect([run.alerts.length, run.orders.map(({ id }) => id)]).toEqual([0, ['wo_1']]);
  });

  it('under a clock that follows the data every order is an exercise, and is told', () => {
    expect(recordedRun({ alerts: [], orders: [order(200, 'open', { drill: true })] }, SPAN, TOLD).orders).toHaveLength(1);
  });
});
