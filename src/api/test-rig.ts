import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Alert } from '../model/alert.ts';
import type { OrderStatsGroup } from '../model/order-stats.ts';
import type { Rejection } from '../model/rejection.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { AccessToken, Role } from './access.ts';
import type { ApiPorts } from './ports.ts';
import { createApi } from './server.ts';

const AT = Date.parse('2026-11-23T00:00:00.000Z');

export function orderOf(over: Partial<WorkOrder> = {}): WorkOrder {
  return {
    kind: 'order',
    id: 'wo_1',
    sort: 'fire',
    state: 'open',
    level: 'red',
    title: { zh: '火警', en: 'Fire' },
    incident: 'in_1',
    place: { id: 'iapm', name: { zh: '环贸', en: 'iapm' }, street: '310104003', at: [121.45, 31.21] },
    alerts: [
      {
        id: 'al_1',
        rule: 'smoke-alarm',
        version: 1,
        key: 'sensor:s1',
        level: 'red',
        since: AT,
        resolvedAt: null,
        because: { zh: '烟', en: 'smoke' },
      },
    ],
    assignments: [
      {
        party: 'fire',
        street: null,
        role: 'lead',
        state: 'dispatched',
        due: { accept: AT + 60_000, arrive: AT + 300_000, close: AT + 3_600_000 },
      },
    ],
    drill: false,
    openedAt: AT,
    closedAt: null,
    attention: [],
    trail: [{ at: AT, what: 'order.dispatched', party: 'fire', state: 'dispatched', by: null, note: null, door: 'engine' }],
    ...over,
  };
}

export function alertOf(over: Partial<Alert> = {}): Alert {
  const subject = { key: 'sensor:s1', sensor: 's1', place: 'iapm', street: '310104003' };
  const because = { zh: '烟', en: 'smoke' };
  const rest = { latched: false, since: AT, firedAt: AT, resolvedAt: null, value: 1, because, incident: 'in_1' };
  return {
    kind: 'alert',
    id: 'al_1',
    rule: 'smoke-alarm',
    version: 1,
    subject,
    state: 'firing',
    level: 'red',
    peak: 'red',
    ...rest,
    ...over,
  };
}

export function rejectionOf(over: Partial<Rejection> = {}): Rejection {
  const rest = { pointer: '/values', detail: '"values" is an object.', gateway: 'gw', topic: 'city/gw/s1', at: AT };
  return { kind: 'rejection', code: 'schema', ...rest, sample: Buffer.from('{"values":\u0007 1}\xff', 'latin1'), ...over };
}

/** A group in which nothing was measured, but for what a test puts in. */
export function statsGroupOf(key: string | null, over: Partial<OrderStatsGroup> = {}): OrderStatsGroup {
  const nothing = { count: 0, median: null, p90: null, p99: null, exact: true, waiting: 0, missed: 0 };
  const due = { ...nothing, breached: 0 };
  const undue = { ...nothing, breached: null };
  const steps = { open: undue, deliver: undue, accept: due, arrive: due, close: due };
  return { key, orders: 0, assignments: 0, states: {}, steps, ...over };
}

const NOTHING = { items: [], next: null };

/** Ports over nothing; a test puts in what it is about. */
export function portsOf(over: Partial<ApiPorts> = {}): ApiPorts {
  return {
    drill: false,
    now: () => AT,
    orders: () => NOTHING,
    order: () => null,
    statsSpan: (from, to) => ({ from: from ?? (to ?? AT) - 86_400_000, to: to ?? AT }),
    orderStats: async () => ({ all: statsGroupOf(null), groups: [], leftOut: 0 }),
    alerts: () => NOTHING,
    alert: () => null,
    rejections: () => NOTHING,
    sensors: () => NOTHING,
    places: () => [],
    streets: () => [],
    parties: () => [],
    signs: () => [],
    standings: () => [],
    rules: () => [],
    explainSign: () => null,
    explainAlert: () => null,
    reloadRules: async () => ({ at: AT, result: 'unchanged', hash: 'h', rules: 0, problems: [] }),
    lastReload: () => null,
    endpoints: () => [],
    deliveries: () => NOTHING,
    replayDelivery: async (id) => ({ kind: 'replayed', delivery: id, waiting: [id] }),
    replayEndpoint: async () => [],
    submitReadings: async () => ({ readings: 1, tests: 0, duplicates: 0, rejections: [] }),
    submitReceipt: async (order) => ({ kind: 'moved', state: 'accepted', order, id: 'r1' }),
    noteForbidden: () => undefined,
    resetAlert: async () => true,
    commandOrder: async (order) => ({ kind: 'done', order, id: 'c1' }),
    silences: () => [],
    silence: async (draft) => ({ kind: 'silence', id: 'si_1', ...draft }),
    endSilence: async () => true,
    drills: () => [],
    beginDrill: async (draft) => ({ kind: 'drill', id: 'dr_1', ...draft }),
    endDrill: async () => true,
    series: async () => ({ samples: [], cut: false }),
    marks: async () => [],
    history: () => null,
    startBacktest: async () => ({ kind: 'started', backtest: { id: 'b1', state: 'running', readings: 0, fraction: 0 } }),
    backtest: () => null,
    cancelBacktest: () => false,
    follow: () => ({ gap: false, stop: () => undefined }),
    notReady: () => [],
    metrics: async () => '# HELP maibo_readings_total Readings accepted\nmaibo_readings_total 1\n',
    ...over,
  };
}

export function tokenOf(role: Role): AccessToken {
  return { name: `the ${role}`, hash: createHash('sha256').update(`token-of-${role}`).digest('hex'), role, party: null, street: null };
}

export const TOKENS = (['viewer', 'operator', 'admin'] as const).map(tokenOf);

export interface Bench {
  readonly api: FastifyInstance;
  readonly emitted: TelemetryEvent[];
}

export async function apiOf(over: Partial<ApiPorts> = {}, tokens: readonly AccessToken[] | null = null): Promise<Bench> {
  const emitted: TelemetryEvent[] = [];
  const api = await createApi({ ports: portsOf(over), tokens, version: '1.2.3', emit: (event) => void emitted.push(event) });
  await api.ready();
  return { api, emitted };
}

export function as(role: Role): { authorization: string } {
  return { authorization: `Bearer token-of-${role}` };
}
