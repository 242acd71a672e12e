import type { OrderStep } from '../model/order-stats.ts';
import type { RejectionCode } from '../model/rejection.ts';

/**
 * Every happening that an operator may see, as `<area>.<noun>-<verb>`. One name means one thing for ever; a new happening
 * is a new member here and a row in `event-table.ts` (the compiler asks for it).
 */
export type TelemetryEvent = IngestEvent | JournalEvent | AuditEvent | PipelineEvent | DeliverEvent | HistoryEvent | ApiEvent | ConfigEvent;

export type EventName = TelemetryEvent['name'];
export type EventOf<N extends EventName> = Extract<TelemetryEvent, { readonly name: N }>;
export type Emit = (event: TelemetryEvent) => void;

export type IngestEvent =
  | { readonly name: 'ingest.door-opened'; readonly door: 'embedded' | 'external' | 'http'; readonly address: string }
  | { readonly name: 'ingest.door-closed'; readonly door: 'embedded' | 'external' | 'http' }
  | { readonly name: 'ingest.connection-refused'; readonly reason: string; readonly client?: string; readonly address?: string }
  | { readonly name: 'ingest.connection-failed'; readonly reason: string; readonly client?: string; readonly address?: string }
  | { readonly name: 'ingest.gateway-connected'; readonly gateway: string; readonly client: string }
  | { readonly name: 'ingest.gateway-disconnected'; readonly gateway: string; readonly client: string }
  | { readonly name: 'ingest.publish-refused'; readonly gateway: string; readonly topic: string; readonly reason: string }
  | { readonly name: 'ingest.subscribe-refused'; readonly gateway: string; readonly filter: string }
  | { readonly name: 'ingest.packet-refused'; readonly reason: string; readonly bytes: number; readonly client?: string }
  | { readonly name: 'ingest.sockets-paused'; readonly undurableBytes: number }
  | { readonly name: 'ingest.sockets-resumed'; readonly undurableBytes: number; readonly milliseconds: number }
  | { readonly name: 'ingest.broker-connected'; readonly url: string; readonly session: 'new' | 'resumed' }
  | { readonly name: 'ingest.broker-lost'; readonly url: string; readonly reason: string };

export type JournalEvent =
  | { readonly name: 'journal.file-opened'; readonly file: string; readonly offset: number }
  | { readonly name: 'journal.file-closed'; readonly file: string }
  | {
      readonly name: 'journal.batch-committed';
      readonly offset: number;
      readonly events: number;
      readonly bytes: number;
      readonly milliseconds: number;
    }
  | { readonly name: 'journal.commit-failed'; readonly error: string }
  | { readonly name: 'journal.snapshot-written'; readonly offset: number; readonly bytes: number; readonly milliseconds: number }
  | { readonly name: 'journal.snapshot-refused'; readonly offset: number; readonly reason: string }
  | { readonly name: 'journal.log-pruned'; readonly entries: number; readonly upTo: number }
  /** The log had grown past its budget: entries went that history has not stored. */
  | { readonly name: 'journal.history-outrun'; readonly entries: number; readonly bytes: number }
  /** Orders that ended, and alerts that were resolved, before these times. */
  | { readonly name: 'journal.rows-pruned'; readonly rows: number; readonly orders: number; readonly alerts: number };

export type AuditEvent =
  /** `bytes`: of the whole record, which only grows. */
  | { readonly name: 'journal.audit-written'; readonly records: number; readonly bytes: number }
  /** `checkpoint` is the signed line itself, for whoever keeps log lines elsewhere. */
  | { readonly name: 'journal.audit-checkpoint-made'; readonly seq: number; readonly checkpoint: string }
  | { readonly name: 'journal.audit-checkpoint-failed'; readonly error: string }
  | { readonly name: 'journal.audit-key-made'; readonly file: string; readonly id: string }
  | { readonly name: 'journal.audit-key-exposed'; readonly file: string; readonly mode: string };

export type PipelineEvent =
  | {
      readonly name: 'pipeline.batch-decided';
      /** Messages by codec, then by result: `read`, `rejected`, `receipt`. */
      readonly messages: Readonly<Record<string, Readonly<Record<string, number>>>>;
      readonly rejections: Readonly<Partial<Record<RejectionCode, number>>>;
      readonly readings: number;
      readonly duplicates: number;
      readonly late: number;
      /** Values that no rule believes: outside of the range that a fact names. */
      readonly implausible: number;
      /** Receipt minus observation of the newest reading, seconds; `null` when there was none. */
      readonly lag: number | null;
    }
  | { readonly name: 'pipeline.replay-started'; readonly from: number; readonly to: number }
  | { readonly name: 'pipeline.replay-finished'; readonly entries: number; readonly events: number; readonly milliseconds: number }
  | { readonly name: 'pipeline.message-failed'; readonly topic: string; readonly error: string }
  | {
      readonly name: 'pipeline.alert-changed';
      readonly alert: string;
      readonly rule: string;
      readonly state: string;
      readonly level: string;
      readonly key: string;
    }
  | {
      readonly name: 'pipeline.order-opened';
      readonly order: string;
      readonly level: string;
      readonly sort: string;
      readonly drill: boolean;
    }
  | { readonly name: 'pipeline.order-closed'; readonly order: string; readonly state: 'closed' | 'cancelled' }
  /** A step of an order is done; `party` is `null` for its opening, `kind` is that of the incident. */
  | {
      readonly name: 'pipeline.step-measured';
      readonly step: OrderStep;
      readonly party: string | null;
      readonly kind: string;
      readonly level: string;
      readonly drill: boolean;
      readonly seconds: number;
    }
  | { readonly name: 'pipeline.receipt-decided'; readonly order: string; readonly party: string; readonly outcome: string }
  | { readonly name: 'pipeline.sensors-adopted'; readonly gateway: string; readonly count: number }
  | { readonly name: 'pipeline.rules-reloaded'; readonly hash: string; readonly rules: number; readonly milliseconds: number }
  | { readonly name: 'pipeline.rules-refused'; readonly problems: number; readonly first: string }
  | { readonly name: 'pipeline.core-failed'; readonly error: string };

export type DeliverEvent =
  | {
      readonly name: 'deliver.attempt-finished';
      readonly delivery: string;
      readonly party: string;
      readonly endpoint: string;
      readonly number: number;
      readonly result: 'accepted' | 'retry' | 'refused' | 'unheard';
      readonly reason: string | null;
      readonly status: number | null;
      readonly milliseconds: number;
    }
  | {
      readonly name: 'deliver.delivery-parked';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly reason: string;
    }
  | {
      readonly name: 'deliver.delivery-replayed';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      /** Name of the token; `null` where the API is open. */
      readonly by: string | null;
    }
  | {
      readonly name: 'deliver.delivery-withheld';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly reason: string;
    }
  | {
      readonly name: 'deliver.delivery-unheard';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly reason: string;
    }
  | {
      readonly name: 'deliver.delivery-superseded';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly reason: string;
    }
  | {
      readonly name: 'deliver.party-unreachable';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly street: string | null;
    }
  | { readonly name: 'deliver.loop-failed'; readonly error: string };

export type HistoryEvent =
  | { readonly name: 'history.store-opened'; readonly store: 'embedded' | 'influxdb'; readonly place: string; readonly offset: number }
  | { readonly name: 'history.store-refused'; readonly code: string; readonly reason: string }
  | { readonly name: 'history.process-ended'; readonly reason: string }
  | { readonly name: 'history.points-written'; readonly points: number; readonly milliseconds: number; readonly behind: number }
  | { readonly name: 'history.store-waited-for'; readonly reason: string }
  | { readonly name: 'history.store-stopped'; readonly reason: string }
  | { readonly name: 'history.store-followed'; readonly milliseconds: number }
  | { readonly name: 'history.point-quarantined'; readonly point: string; readonly reason: string }
  /** Entries that were removed from the log before they were stored. */
  | { readonly name: 'history.entries-lost'; readonly from: number; readonly upTo: number }
  /** More signs said something new than one sample may hold. */
  | { readonly name: 'history.signs-left-out'; readonly signs: number }
  /** Baselines from history are in force; `tooLarge`: rules that were left out. */
  | {
      readonly name: 'history.baselines-found';
      readonly table: string;
      readonly keys: number;
      readonly slots: number;
      readonly milliseconds: number;
    }
  | { readonly name: 'history.baselines-left-out'; readonly rules: readonly string[] }
  | { readonly name: 'history.baselines-unchanged'; readonly milliseconds: number }
  | { readonly name: 'history.baselines-failed'; readonly code: string; readonly reason: string }
  | { readonly name: 'history.points-removed'; readonly removed: number; readonly summed: number; readonly milliseconds: number };

export type ApiEvent =
  | { readonly name: 'api.door-opened'; readonly address: string }
  | { readonly name: 'api.door-closed' }
  | {
      readonly name: 'api.request-finished';
      readonly method: string;
      readonly route: string;
      readonly status: number;
      readonly milliseconds: number;
    }
  | { readonly name: 'api.request-failed'; readonly method: string; readonly route: string; readonly error: string }
  | { readonly name: 'api.token-refused'; readonly route: string; readonly reason: string }
  | { readonly name: 'api.stream-opened'; readonly stream: string }
  | { readonly name: 'api.stream-closed'; readonly stream: string; readonly reason: string };

export type ConfigEvent =
  | { readonly name: 'config.file-read'; readonly file: string | null; readonly environment: readonly string[] }
  | {
      readonly name: 'config.city-read';
      readonly city: string;
      readonly places: number;
      readonly sensors: number;
      readonly streets: number;
    }
  | { readonly name: 'config.rules-read'; readonly hash: string; readonly rules: number }
  /** Read again while running: how many webhooks sign with other secrets now, and pointers of what waits for a restart. */
  | { readonly name: 'config.secrets-taken'; readonly webhooks: number; readonly ignored: readonly string[] }
  | { readonly name: 'config.secrets-refused'; readonly error: string }
  | { readonly name: 'config.security-opened'; readonly reason: string };
