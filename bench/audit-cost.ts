import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitBatch, Journal } from '../src/journal/journal.ts';
import { openJournal } from '../src/journal/open-journal.ts';
import type { Alert } from '../src/model/alert.ts';
import type { Delivery } from '../src/model/delivery.ts';
import type { LogEvent } from '../src/model/log-entry.ts';
import type { WorkOrder } from '../src/model/work-order.ts';

/*
 * `npm run bench:audit`: what the audit record costs a commit. The same batches with it and without it, durably, in turns, one
 * commit in flight as in the pipeline; printed and not written down.
 */
type Shape = 'readings only' | 'one reading opens one order' | 'all 100 readings open an order each';

const COMMITS: Readonly<Record<Shape, number>> = {
  'readings only': 400,
  'one reading opens one order': 300,
  'all 100 readings open an order each': 25,
};
const TURNS = 7;
const PAYLOAD = Buffer.from(JSON.stringify({ at: '2026-06-01T08:00:00.000+08:00', seq: 17, values: { smoke: 1, battery: 87 } }));
const SUBJECT = { key: 'sensor:s', sensor: 's', place: 'p', street: null };

function order(id: string): WorkOrder {
  const due = { accept: 1, arrive: 2, close: 3 };
  const parties = ['fire', 'police', 'street'];
  const line = (party: string) =>
    ({ at: 1, what: 'order.dispatched', party, state: 'dispatched', by: null, note: null, door: 'engine' }) as const;
  return {
    ...{ kind: 'order', id, sort: 'fire', state: 'open', level: 'red', title: { zh: '火警', en: 'Fire' }, incident: `in_${id}` },
    place: { id: 'p', name: { zh: '环贸', en: 'IAPM' }, street: '310104014', at: [121.4, 31.2] },
    ...{ alerts: [], drill: false, openedAt: 1, closedAt: null, attention: [] },
    assignments: parties.map((party, i) => ({ party, street: null, role: i === 0 ? 'lead' : 'support', state: 'dispatched', due })),
    trail: parties.map(line),
  };
}

function deliveries(of: string): Delivery[] {
  const endpoint = { kind: 'webhook', id: 'ep', url: 'https://fire.example/orders', secrets: ['whsec_x'], drills: false } as const;
  const rest = { order: of, street: null, type: 'order.dispatched', drill: false, endpoint, body: 'x'.repeat(1_500) };
  return ['fire', 'police', 'street'].map((party) => ({
    ...{ kind: 'delivery', id: `${of}-${party}@ep`, message: `${of}-${party}`, party, ...rest },
    ...{ state: 'waiting', attempts: 0, createdAt: 1, nextAt: 1 },
  }));
}

function batch(offset: number, shape: Shape): CommitBatch {
  const events: LogEvent[] = Array.from({ length: 100 }, () => ({ kind: 'message', gateway: 'gw', topic: 'city/gw/s', payload: PAYLOAD }));
  const count = shape === 'readings only' ? 0 : shape === 'one reading opens one order' ? 1 : 100;
  const ids = Array.from({ length: count }, (_, i) => `${offset}-${i}`);
  const alerts = ids.map(
    (id): Alert => ({
      ...{
        kind: 'alert',
        id: `al_${id}`,
        rule: 'smoke',
        version: 3,
        subject: SUBJECT,
        state: 'firing',
        level: 'red',
        peak: 'red',
        latched: true,
      },
      ...{
        since: 1,
        firedAt: 1,
        resolvedAt: null,
        value: 1,
        because: { zh: '两只烟感报警', en: 'two smoke sensors' },
        incident: `in_${id}`,
      },
    }),
  );
  return {
    entry: { offset, at: 1 + offset, events },
    ...{ rejections: [], receipts: [], alerts },
    orders: ids.map((id) => order(`wo_${id}`)),
    deliveries: ids.flatMap((id) => deliveries(`wo_${id}`)),
    transitions: alerts.map((alert) => ({ alert, was: 'pending', at: 1 })),
  };
}

/** @returns commits a second. */
async function turn(shape: Shape, audit: 'kept' | 'none'): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-audit-cost-'));
  const journal: Journal = await openJournal({ directory, audit, emit: () => undefined });
  try {
    for (let i = 0; i < 10; i += 1) await journal.commit(batch(journal.nextOffset, shape));
    const began = performance.now();
    for (let i = 0; i < COMMITS[shape]; i += 1) await journal.commit(batch(journal.nextOffset, shape));
    return (COMMITS[shape] * 1_000) / (performance.now() - began);
  } finally {
    await journal.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

process.stdout.write(
  '| batch of 100 readings | commits/s with | without | with ÷ without (median of pairs) |\n| --- | ---: | ---: | ---: |\n',
);
for (const shape of Object.keys(COMMITS) as Shape[]) {
  const pairs: { kept: number; none: number }[] = [];
  for (let i = 0; i < TURNS; i += 1) {
    // Who goes first alternates: the machine warms up, and cools down.
    const first = await turn(shape, i % 2 === 0 ? 'kept' : 'none');
    const second = await turn(shape, i % 2 === 0 ? 'none' : 'kept');
    pairs.push(i % 2 === 0 ? { kept: first, none: second } : { kept: second, none: first });
  }
  const [kept, none, ratio] = [pairs.map((p) => p.kept), pairs.map((p) => p.none), pairs.map((p) => p.kept / p.none)].map(median) as [
    number,
    number,
    number,
  ];
  process.stdout.write(`| ${shape} | ${kept.toFixed(0)} | ${none.toFixed(0)} | ${ratio.toFixed(2)} |\n`);
}
