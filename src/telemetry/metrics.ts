import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Everything that `/metrics` shows. Counters never go down; names never change their meaning. */
export type Metrics = ReturnType<typeof createMetrics>;

export interface MetricsOptions {
  /** Also show `process_…` and `nodejs_…` (they hold observers of the process, so tests leave them out). */
  readonly process?: boolean;
}

export function createMetrics(options: MetricsOptions = {}) {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  return {
    registry,
    contentType: registry.contentType,
    text: (): Promise<string> => registry.metrics(),
    ...counters(registry),
    ...gauges(registry),
    ...histograms(registry),
    ...orderHistograms(registry),
  };
}

function counters(registry: Registry) {
  const make = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `maibo_${name}_total`, help, labelNames: [...labelNames], registers: [registry] });
  return {
    events: make('events', 'Named telemetry events', ['event']),
    messages: make('messages', 'Messages decided, by codec and result', ['codec', 'result']),
    readings: make('readings', 'Readings accepted'),
    rejections: make('rejections', 'Messages or batch members in quarantine, by code', ['code']),
    duplicates: make('duplicates', 'Readings seen before (sensor, at, seq)'),
    implausible: make('implausible', 'Values outside of the range that a rule believes'),
    late: make('late', 'Readings older than the lateness that their rules allow'),
    alerts: make('alerts', 'Alert transitions, by new state', ['state']),
    orders: make('orders', 'Work orders, by what happened', ['what']),
    receipts: make('receipts', 'Receipts, by outcome', ['outcome']),
    deliveries: make('deliveries', 'Delivery attempts, by result', ['result']),
    refusals: make('refusals', 'Connections, publishes, packets and tokens refused at the doors', ['what']),
    historyPoints: make('history_points', 'Points written to the history store'),
    historyQuarantined: make('history_quarantined', 'Points that the history store refused for good'),
    baselineFailures: make('baselines_failures', 'Times that baselines could not be had from history'),
    baselinesLeftOut: make('baselines_left_out', 'Rules whose baselines were too many to be taken from history'),
    historyLost: make('history_lost_entries', 'Log entries that were removed before history had stored them'),
    historySignsLeftOut: make('history_signs_left_out', 'Signs that said something new and found no room in a sample'),
    auditRecords: make('audit_records', 'Records added to the audit record since the start'),
    requests: make('http_requests', 'HTTP requests, by route and status class', ['method', 'route', 'status']),
  };
}

function gauges(registry: Registry) {
  const make = (name: string, help: string) => new Gauge({ name: `maibo_${name}`, help, registers: [registry] });
  const ofEndpoint = (name: string, help: string) =>
    new Gauge<'endpoint' | 'party'>({ name: `maibo_endpoint_${name}`, help, labelNames: ['endpoint', 'party'], registers: [registry] });
  return {
    gateways: make('gateways_connected', 'Gateways connected now'),
    undurableBytes: make('undurable_bytes', 'Bytes received and not yet on disk, as of the last pause or resumption'),
    auditBytes: make('audit_bytes', 'Bytes of the audit record, which is never pruned'),
    historyBehind: make('history_behind_entries', 'Log entries that history has not stored yet'),
    baselineKeys: make('baselines_keys', 'Keys of which the baselines in force come from history'),
    baselineComputed: make('baselines_timestamp_seconds', 'When the baselines in force were computed from history; 0: not since the start'),
    logOffset: make('log_offset', 'Offset of the last committed log entry'),
    endpointWaiting: ofEndpoint('waiting', 'Deliveries that wait for an endpoint, those under way included'),
    endpointParked: ofEndpoint('parked', 'Deliveries that an endpoint refused and that wait for a person'),
    endpointDown: ofEndpoint('down', '1 while an endpoint gives no answer at all'),
    endpointLastSuccess: ofEndpoint('last_success_timestamp_seconds', 'When an endpoint last took a delivery; absent: not since the start'),
  };
}

function histograms(registry: Registry) {
  const make = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `maibo_${name}`, help, buckets, registers: [registry] });
  return {
    lagSeconds: make(
      'event_lag_seconds',
      'Receipt minus observation of the newest reading of a batch',
      [0.01, 0.05, 0.25, 1, 5, 10, 30, 60, 300, 3_600],
    ),
    commitSeconds: make('commit_seconds', 'Time of one durable commit', [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1]),
    batchSize: make('batch_size', 'Log events in one commit', [1, 4, 16, 64, 128, 256, 512, 1_024, 4_096]),
    attemptSeconds: make('webhook_attempt_seconds', 'Time of one delivery attempt', [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15]),
    requestSeconds: make('http_request_seconds', 'Time of one HTTP request', [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]),
  };
}

/** From a webhook's answer to fifteen working days. */
const ORDER_BUCKETS = [0.05, 0.25, 1, 5, 15, 60, 180, 300, 600, 1_800, 3_600, 14_400, 86_400, 432_000, 1_814_400];

/** No ids of sensors or orders among the labels: parties, kinds of incidents, levels, and whether it was a drill. */
function orderHistograms(registry: Registry) {
  const make = <L extends string>(step: string, help: string, labelNames: readonly L[]) =>
    new Histogram<L>({
      name: `maibo_order_${step}_seconds`,
      help,
      labelNames: [...labelNames],
      buckets: ORDER_BUCKETS,
      registers: [registry],
    });
  const labels = ['party', 'kind', 'level', 'drill'] as const;
  return {
    orderOpenSeconds: make('open', 'From the first reading over the line to the work order', ['kind', 'level', 'drill']),
    orderStepSeconds: {
      deliver: make('deliver', 'From the first message to a party to its first acceptance by an endpoint of the party', labels),
      accept: make('accept', 'From the dispatch to what the party says of its acceptance', labels),
      arrive: make('arrive', 'From the dispatch to what the party says of its arrival', labels),
      close: make('close', 'From the dispatch to what the party says of its end', labels),
    },
  };
}
