import type { AlertPoint, OrderPoint, ReadingPoint, SignPoint } from '../model/history-point.ts';

/** 1 June 2026, 08:00 in Shanghai: the beginning of a day in UTC. */
export const T0 = Date.UTC(2026, 5, 1);
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

const STANDING = { place: 'iapm', street: '310104014' };

export function reading(change: Partial<ReadingPoint> = {}): ReadingPoint {
  const at = change.at ?? T0;
  const names = { sensor: 'pm-1', measure: 'pm25', gateway: 'gw-1', ...STANDING };
  return { kind: 'reading', ...names, value: 1.5, test: false, at, nth: 0, receivedAt: at + 250, order: 0, ...change };
}

export function sign(change: Partial<SignPoint> = {}): SignPoint {
  return { kind: 'sign', sign: 'air-pm25', key: 'street:310104014', level: 'yellow', value: 61.5, at: T0, nth: 0, ...STANDING, ...change };
}

export function alert(change: Partial<AlertPoint> = {}): AlertPoint {
  const of = { alert: 'al_1', rule: 'air-pm25', version: 3, key: 'street:310104014' };
  return { kind: 'alert', ...of, state: 'firing', level: 'orange', value: 81.25, at: T0, nth: 0, ...STANDING, ...change };
}

export function order(change: Partial<OrderPoint> = {}): OrderPoint {
  const of = { order: 'wo_1', sort: 'fire', state: 'open', level: 'red' as const, parties: ['fire', 'police'], drill: false };
  return { kind: 'order', ...of, at: T0, nth: 0, ...STANDING, ...change };
}
