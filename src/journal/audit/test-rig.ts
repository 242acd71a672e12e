import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import type { Delivery } from '../../model/delivery.ts';
import type { WorkOrder } from '../../model/work-order.ts';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import type { CommitBatch, Journal } from '../journal.ts';
import { openJournal, type JournalOptions } from '../open-journal.ts';
import { readLine, type AuditRecord } from './audit-line.ts';
import { readRecord } from './read-record.ts';

export const NOW = Date.UTC(2026, 5, 1);
const worker = new URL('../../../dist/journal/commit-worker.js', import.meta.url);

/** A data directory of its own, with the journal over it that is open now. */
export class AuditRig {
  readonly directory = mkdtempSync(join(tmpdir(), 'maibo-audit-'));
  readonly events: TelemetryEvent[] = [];
  journal: Journal | null = null;

  async open(options: Partial<JournalOptions> = {}): Promise<Journal> {
    await this.close();
    const { directory } = this;
    this.journal = await openJournal({ directory, worker, now: () => NOW, emit: (event) => void this.events.push(event), ...options });
    return this.journal;
  }

  async close(): Promise<void> {
    await this.journal?.close().catch(() => undefined);
    this.journal = null;
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** On the file itself, past the journal. */
  withDb<T>(use: (db: Database.Database) => T): T {
    const db = new Database(join(this.directory, 'journal.db'));
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  records(): AuditRecord[] {
    return this.withDb((db) => [...readRecord(db)].map(({ line }) => readLine(line) as AuditRecord));
  }

  async commit(more: Partial<CommitBatch> & { readonly events?: CommitBatch['entry']['events'] } = {}): Promise<void> {
    const { events = [{ kind: 'tick' }], ...rest } = more;
    const journal = this.journal as Journal;
    const entry = { offset: journal.nextOffset, at: NOW + journal.nextOffset, events };
    await journal.commit({ entry, rejections: [], alerts: [], orders: [], receipts: [], deliveries: [], ...rest });
  }
}

/** What only somebody does who is not the journal. */
export function liftGuards(db: Database.Database): void {
  db.exec('DROP TRIGGER audit_kept; DROP TRIGGER audit_unchanged');
}

export function orderOf(id: string, more: Partial<WorkOrder> = {}): WorkOrder {
  const due = { accept: 1, arrive: 2, close: 3 };
  return {
    kind: 'order',
    id,
    sort: 'fire',
    state: 'open',
    level: 'orange',
    title: { zh: '火', en: 'Fire' },
    incident: `in_${id}`,
    place: { id: 'p1', name: { zh: '甲', en: 'A' }, street: '310104014', at: null },
    alerts: [],
    assignments: [
      { party: 'fire', street: null, role: 'lead', state: 'dispatched', due },
      { party: 'police', street: null, role: 'support', state: 'dispatched', due },
    ],
    drill: false,
    openedAt: NOW,
    closedAt: null,
    attention: [],
    trail: [{ at: NOW, what: 'order.dispatched', party: 'fire', state: 'dispatched', by: null, note: null, door: 'engine' }],
    ...more,
  };
}

export function deliveryOf(id: string, order: string, more: Partial<Delivery> = {}): Delivery {
  return {
    kind: 'delivery',
    id,
    message: `msg_${id}`,
    order,
    party: 'fire',
    street: null,
    type: 'order.dispatched',
    drill: false,
    endpoint: { kind: 'webhook', id: 'ep_1', url: 'https://me:pass@fire.example/in?token=t0p', secrets: ['whsec_c2VjcmV0'], drills: false },
    body: '{"type":"order.dispatched"}',
    state: 'waiting',
    attempts: 0,
    createdAt: NOW,
    nextAt: NOW,
    ...more,
  };
}
