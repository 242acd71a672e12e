import type { EventName, EventOf } from './events.ts';
import type { Metrics } from './metrics.ts';

/** How loud an event is in the log (`null`: only counted), in which words, and what it counts beyond `maibo_events_total`. */
export interface Row<N extends EventName> {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | null;
  readonly say: string;
  readonly count?: (metrics: Metrics, event: EventOf<N>) => void;
}

export type EventTable = { readonly [N in EventName]: Row<N> };

export const EVENT_TABLE: EventTable = {
  'ingest.door-opened': { level: 'info', say: 'telemetry is taken in here' },
  'ingest.door-closed': { level: 'info', say: 'telemetry is no longer taken in here' },
  'ingest.connection-refused': { level: 'warn', say: 'a gateway was not let in', count: (m) => m.refusals.inc({ what: 'connection' }) },
  'ingest.connection-failed': { level: 'warn', say: 'a connection broke' },
  'ingest.gateway-connected': { level: 'debug', say: 'a gateway connected', count: (m) => m.gateways.inc() },
  'ingest.gateway-disconnected': { level: 'debug', say: 'a gateway disconnected', count: (m) => m.gateways.dec() },
  'ingest.publish-refused': { level: 'warn', say: 'a publish was refused', count: (m) => m.refusals.inc({ what: 'publish' }) },
  'ingest.subscribe-refused': { level: 'warn', say: 'a subscription was refused', count: (m) => m.refusals.inc({ what: 'subscription' }) },
  'ingest.packet-refused': { level: 'warn', say: 'a packet was refused', count: (m) => m.refusals.inc({ what: 'packet' }) },
  'ingest.sockets-paused': {
    level: 'warn',
    say: 'too much is not yet on disk: reading from sockets is paused',
    count: (m, e) => m.undurableBytes.set(e.undurableBytes),
  },
  'ingest.sockets-resumed': {
    level: 'info',
    say: 'reading from sockets goes on',
    count: (m, e) => m.undurableBytes.set(e.undurableBytes),
  },
  'ingest.broker-connected': { level: 'info', say: 'connected to the existing broker' },
  'ingest.broker-lost': { level: 'warn', say: 'the existing broker is out of reach; trying again' },

  'journal.file-opened': { level: 'info', say: 'the journal is open', count: (m, e) => m.logOffset.set(e.offset) },
  'journal.file-closed': { level: 'info', say: 'the journal is closed' },
  'journal.batch-committed': {
    level: 'trace',
    say: 'a batch is on disk',
    count: (m, e) => {
      m.commitSeconds.observe(e.milliseconds / 1_000);
      m.batchSize.observe(e.events);
      m.logOffset.set(e.offset);
    },
  },
  'journal.commit-failed': { level: 'fatal', say: 'a commit failed: nothing of it is acknowledged and the process must end' },
  'journal.snapshot-written': { level: 'debug', say: 'a snapshot is on disk' },
  'journal.snapshot-refused': { level: 'warn', say: 'a snapshot was not used; the log is replayed from further back' },
  'journal.log-pruned': { level: 'info', say: 'old log entries were removed' },
  'journal.history-outrun': {
    level: 'error',
    say: 'the log grew past its budget while history could not be stored: its oldest entries were removed and will be missing there',
  },
  'journal.rows-pruned': { level: 'info', say: 'orders and alerts that were over long ago were removed' },

  'journal.audit-written': {
    level: 'trace',
    say: 'the audit record grew',
    count: (m, e) => {
      m.auditRecords.inc(e.records);
      m.auditBytes.set(e.bytes);
    },
  },
  'journal.audit-checkpoint-made': { level: 'info', say: 'the audit record was signed up to here' },
  'journal.audit-checkpoint-failed': { level: 'error', say: 'a checkpoint of the audit record could not be kept; it is tried again' },
  'journal.audit-key-made': { level: 'warn', say: 'a new key signs the audit record from here on; keep the public one elsewhere' },
  'journal.audit-key-exposed': { level: 'warn', say: 'others may read the key that signs the audit record: chmod 600' },

  'pipeline.batch-decided': {
    level: null,
    say: 'a batch was decided',
    count: (m, e) => {
      for (const [codec, results] of Object.entries(e.messages))
        for (const [result, count] of Object.entries(results)) m.messages.inc({ codec, result }, count);
      for (const [code, count] of Object.entries(e.rejections)) m.rejections.inc({ code }, count);
      m.readings.inc(e.readings);
      m.duplicates.inc(e.duplicates);
      m.late.inc(e.late);
      m.implausible.inc(e.implausible);
      if (e.lag !== null) m.lagSeconds.observe(Math.max(0, e.lag));
    },
  },
  'pipeline.replay-started': { level: 'info', say: 'replaying the log since the snapshot' },
  'pipeline.replay-finished': { level: 'info', say: 'the state is as it was' },
  'pipeline.message-failed': { level: 'error', say: 'a message could not be decided and is in quarantine as internal' },
  'pipeline.alert-changed': { level: 'info', say: 'an alert changed', count: (m, e) => m.alerts.inc({ state: e.state }) },
  'pipeline.order-opened': { level: 'info', say: 'a work order was opened', count: (m) => m.orders.inc({ what: 'opened' }) },
  'pipeline.order-closed': { level: 'info', say: 'a work order ended', count: (m, e) => m.orders.inc({ what: e.state }) },
  'pipeline.step-measured': {
    level: 'debug',
    say: 'a step of a work order is done',
    count: (m, { step, party, kind, level, drill, seconds }) => {
      const labels = { kind, level, drill: String(drill) };
      if (party === null) m.orderOpenSeconds.observe(labels, seconds);
      else if (step !== 'open') m.orderStepSeconds[step].observe({ party, ...labels }, seconds);
    },
  },
  'pipeline.receipt-decided': { level: 'info', say: 'a receipt was decided', count: (m, e) => m.receipts.inc({ outcome: e.outcome }) },
  'pipeline.sensors-adopted': { level: 'info', say: 'sensors that no file names announced themselves' },
  'pipeline.rules-reloaded': { level: 'info', say: 'new rules are in force' },
  'pipeline.rules-refused': { level: 'error', say: 'new rules were refused; the old ones stay in force' },
  'pipeline.core-failed': { level: 'fatal', say: 'the pipeline cannot go on' },

  'deliver.attempt-finished': {
    level: 'debug',
    say: 'a delivery was tried',
    count: (m, e) => {
      m.deliveries.inc({ result: e.result });
      m.attemptSeconds.observe(e.milliseconds / 1_000);
    },
  },
  'deliver.delivery-parked': {
    level: 'error',
    say: 'a delivery was refused and waits for a person',
    count: (m) => m.deliveries.inc({ result: 'parked' }),
  },
  'deliver.delivery-replayed': {
    level: 'info',
    say: 'a parked delivery is sent again because a person said so',
    count: (m) => m.deliveries.inc({ result: 'replayed' }),
  },
  'deliver.delivery-withheld': {
    level: 'info',
    say: 'a drill was not sent to a production channel',
    count: (m) => m.deliveries.inc({ result: 'withheld' }),
  },
  'deliver.delivery-unheard': {
    level: 'debug',
    say: 'nobody took a delivery, and it is not tried again',
    count: (m) => m.deliveries.inc({ result: 'not-taken' }),
  },
  'deliver.delivery-superseded': {
    level: 'info',
    say: 'a delivery is not tried any more: another one or the end of the order took its place',
    count: (m) => m.deliveries.inc({ result: 'superseded' }),
  },
  'deliver.party-unreachable': {
    level: 'error',
    say: 'nobody listens where alone this party can be told of its order',
    count: (m) => m.deliveries.inc({ result: 'unreachable' }),
  },
  'deliver.loop-failed': { level: 'error', say: 'the delivery loop failed and goes on' },

  'history.store-opened': { level: 'info', say: 'history is kept here' },
  'history.store-refused': { level: 'error', say: 'the history store cannot be used; alerts and orders go on without it' },
  'history.process-ended': { level: 'error', say: 'the process that keeps history has ended; it is started again' },
  'history.points-written': {
    level: 'trace',
    say: 'points are in the history store',
    count: (m, e) => {
      m.historyPoints.inc(e.points);
      m.historyBehind.set(e.behind);
    },
  },
  'history.store-waited-for': { level: 'warn', say: 'the history store does not take points now; they wait in the log' },
  'history.store-stopped': { level: 'error', say: 'the history store refuses us; points wait in the log until a person has mended it' },
  'history.store-followed': { level: 'info', say: 'the history store takes points again' },
  'history.point-quarantined': {
    level: 'warn',
    say: 'the history store refused one point for good; it is kept aside',
    count: (m) => m.historyQuarantined.inc(),
  },
  'history.entries-lost': {
    level: 'error',
    say: 'entries of the log were gone before history had stored them',
    count: (m, e) => m.historyLost.inc(e.upTo - e.from + 1),
  },
  'history.signs-left-out': {
    level: 'warn',
    say: 'more signs said something new than one sample holds; they come with the next',
    count: (m, e) => m.historySignsLeftOut.inc(e.signs),
  },
  'history.baselines-found': {
    level: 'info',
    say: 'rules that are too young compare with baselines from history from here on',
    count: (m, e) => {
      m.baselineKeys.set(e.keys);
      m.baselineComputed.set(Date.now() / 1_000);
    },
  },
  'history.baselines-left-out': {
    level: 'warn',
    say: 'baselines of these rules are too many to be taken from history; they gather their own',
    count: (m, e) => m.baselinesLeftOut.inc(e.rules.length),
  },
  'history.baselines-unchanged': { level: 'debug', say: 'history says nothing of what was usual that is not in force' },
  'history.baselines-failed': {
    level: 'warn',
    say: 'baselines could not be had from history; they are asked for again',
    count: (m) => m.baselineFailures.inc(),
  },
  'history.points-removed': { level: 'debug', say: 'history that had passed its time was removed' },

  'api.door-opened': { level: 'info', say: 'the API answers here' },
  'api.door-closed': { level: 'info', say: 'the API no longer answers' },
  'api.request-finished': {
    level: 'debug',
    say: 'a request was answered',
    count: (m, e) => {
      m.requests.inc({ method: e.method, route: e.route, status: `${Math.floor(e.status / 100)}xx` });
      m.requestSeconds.observe(e.milliseconds / 1_000);
    },
  },
  'api.request-failed': { level: 'error', say: 'a request failed inside' },
  'api.token-refused': { level: 'warn', say: 'a request came without a right', count: (m) => m.refusals.inc({ what: 'token' }) },
  'api.stream-opened': { level: 'debug', say: 'a stream of events was opened' },
  'api.stream-closed': { level: 'debug', say: 'a stream of events was closed' },

  'config.file-read': { level: 'info', say: 'the configuration is valid' },
  'config.city-read': { level: 'info', say: 'the city folder is valid' },
  'config.rules-read': { level: 'info', say: 'the rules are valid' },
  'config.secrets-taken': {
    level: 'info',
    say: 'the configuration was read again: webhooks sign with the secrets of now; all else waits for a restart',
  },
  'config.secrets-refused': { level: 'error', say: 'the configuration was read again and has a fault: the old secrets go on' },
  'config.security-opened': { level: 'warn', say: 'security is open: anyone who reaches the address may publish and read' },
};
