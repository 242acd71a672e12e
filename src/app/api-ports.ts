import type { ApiPorts } from '../api/ports.ts';
import { readReceipt } from '../decode/receipt.ts';
import type { Deliverer } from '../deliver/deliverer.ts';
import type { Broker } from '../ingest/broker.ts';
import type { Journal } from '../journal/journal.ts';
import type { AlertState } from '../model/alert.ts';
import type { Level } from '../model/level.ts';
import type { RejectionCode } from '../model/rejection.ts';
import type { Millis } from '../model/time.ts';
import type { OrderState } from '../model/work-order.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { liveViews, type PartyTitles } from './api-views.ts';
import { BacktestJobs, backtestPorts } from './backtest/backtest-jobs.ts';
import type { Core } from './core.ts';
import { deedPorts } from './deed-ports.ts';
import { endpointGauges, endpointViews } from './endpoint-views.ts';
import type { EventFeed } from './event-feed.ts';
import { explainViews } from './explain-views.ts';
import type { Baselines } from './history/baselines.ts';
import type { Historian } from './history/historian.ts';
import { historyPorts, type BaselinesNow } from './history/history-ports.ts';
import type { ForbiddenRequests } from './forbidden-requests.ts';
import type { PartyEndpoints } from './party-endpoints.ts';
import type { Pipeline } from './pipeline.ts';
import { Redelivery } from './redelivery.ts';
import type { RulesReload } from './rules-reload.ts';

export interface ApiWiring {
  readonly core: Core;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
  readonly drill: boolean;
  readonly broker: Broker;
  readonly titles: PartyTitles;
  readonly reload: RulesReload;
  readonly deliverer: Deliverer;
  readonly endpoints: PartyEndpoints;
  readonly forbidden: ForbiddenRequests;
  readonly historian: Historian | null;
  /** `null`: none are taken from history. */
  readonly baselines: Baselines | null;
  readonly emit: Emit;
}

/** Of orders that are measured unless another span is asked for. */
const STATS_SPAN: Millis = 30 * 86_400_000;

/** Under an event clock orders and their due times are those of the data. */
function ordersClock({ drill, core }: ApiWiring): Millis {
  return drill ? Math.max(0, core.now) : Date.now();
}

function statsPorts(wiring: ApiWiring): Pick<ApiPorts, 'orderStats' | 'statsSpan'> {
  return {
    orderStats: (query) => wiring.journal.views.orderStats({ ...query, now: ordersClock(wiring) }),
    statsSpan: (from, to) => {
      const end = to ?? ordersClock(wiring) + 1;
      return { from: from ?? end - STATS_SPAN, to: end };
    },
  };
}

/** Joins the API to the journal, the live state and the pipeline. */
export function apiPorts(wiring: ApiWiring): ApiPorts {
  const { core, journal, pipeline, feed } = wiring;
  const { views } = journal;
  return {
    ...liveViews(core, wiring.titles),
    ...explainViews(core, (id) => views.alert(id), Date.now),
    ...deedPorts(core, pipeline),
    drill: wiring.drill,
    now: Date.now,
    orders: ({ state, party, street, level, limit, cursor }) =>
      views.orders({
        limit,
        cursor: cursor ?? undefined,
        state: (state as OrderState | null) ?? undefined,
        party: party ?? undefined,
        street: street ?? undefined,
        level: (level as Level | null) ?? undefined,
      }),
    order: (id) => views.order(id),
    ...statsPorts(wiring),
    alerts: ({ state, rule, limit, cursor }) =>
      views.alerts({ limit, cursor: cursor ?? undefined, state: (state as AlertState | null) ?? undefined, rule: rule ?? undefined }),
    alert: (id) => views.alert(id),
    rejections: ({ code, gateway, limit, cursor }) =>
      views.rejections({
        limit,
        cursor: cursor ?? undefined,
        code: (code as RejectionCode | null) ?? undefined,
        gateway: gateway ?? undefined,
      }),
    ...deliveryPorts(wiring),
    ...historyPorts(wiring.historian, () => journal.nextOffset - 1, baselinesNow(wiring)),
    ...backtestPorts(new BacktestJobs(wiring.historian, () => core.inForce)),
    submitReadings: async (gateway, body) => {
      const result = await pipeline.submit({ kind: 'message', gateway, topic: `city/${gateway}`, payload: body });
      if (result.kind !== 'message') throw new Error('readings were decided as something else');
      return result;
    },
    submitReceipt: async (order, body) => {
      // The same judge as on MQTT, so that both doors take the same and refuse the same.
      const receipt = readReceipt(order, body, 'http');
      if (receipt.kind === 'refused') return { kind: 'invalid', pointer: receipt.pointer, detail: receipt.detail };
      const result = await pipeline.submit({ kind: 'receipt', receipt });
      if (result.kind !== 'receipt') throw new Error('a receipt was decided as something else');
      return { ...result.outcome, id: receipt.id };
    },
    noteForbidden: (request) => wiring.forbidden.note(request),
    reloadRules: () => wiring.reload.request(),
    lastReload: () => wiring.reload.last,
    resetAlert: async (alert, by, note) => {
      const result = await pipeline.submit({ kind: 'reset', alert, by, note });
      return result.kind === 'reset' && result.done;
    },
    follow: (lastId, send) => feed.follow(lastId, send),
    notReady: () => (wiring.broker.counts().paused ? ['mqtt-paused'] : []),
    metrics: () => {
      endpointGauges(wiring.metrics, endpointViews(wiring));
      return wiring.metrics.text();
    },
  };
}

function deliveryPorts(wiring: ApiWiring): Pick<ApiPorts, 'endpoints' | 'deliveries' | 'replayDelivery' | 'replayEndpoint'> {
  const { journal, deliverer, endpoints, emit } = wiring;
  const { views } = journal;
  const redelivery = new Redelivery({ journal, deliverer, endpointsOf: endpoints.of, now: Date.now, emit });
  return {
    endpoints: () => endpointViews(wiring),
    deliveries: ({ state, party, endpoint, limit, cursor }) => {
      const page = views.deliveries({
        limit,
        cursor: cursor ?? undefined,
        state: state ?? undefined,
        party: party ?? undefined,
        endpoint: endpoint ?? undefined,
      });
      return { items: page.items.map((delivery) => ({ delivery, last: views.lastAttempt(delivery.id) })), next: page.next };
    },
    replayDelivery: (id, asked) => redelivery.replay(id, asked),
    replayEndpoint: (endpoint, asked) => redelivery.replayEndpoint(endpoint, asked),
  };
}

function baselinesNow({ baselines, core }: ApiWiring): BaselinesNow {
  return () => {
    const { past } = core.engine;
    const inForce = past === null ? null : { version: past.version, computedAt: past.computedAt, ...past.size };
    return { baselines: inForce, baselineFailures: baselines?.failures ?? 0 };
  };
}
