import type { EndpointView } from '../api/ports.ts';
import type { Deliverer } from '../deliver/deliverer.ts';
import type { Journal } from '../journal/journal.ts';
import type { Endpoint } from '../model/delivery.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { PartyEndpoints, Served } from './party-endpoints.ts';

export interface EndpointSources {
  readonly endpoints: PartyEndpoints;
  readonly deliverer: Pick<Deliverer, 'status'>;
  readonly journal: Pick<Journal, 'views'>;
}

const UNTRIED = { waiting: 0, underWay: 0, down: false, downSince: null, lastSuccess: null, lastFailure: null } as const;

/** Every endpoint: those that are configured, those that were sent to, those where something is parked. */
export function endpointViews({ endpoints, deliverer, journal }: EndpointSources): EndpointView[] {
  const views = new Map<string, EndpointView>();
  for (const [id, { endpoint, serves }] of endpoints.all())
    views.set(id, { id, kind: endpoint.kind, to: nameOf(endpoint), serves, configured: true, parked: 0, ...UNTRIED });
  for (const { endpoint, ...status } of deliverer.status())
    views.set(endpoint, { ...(views.get(endpoint) ?? unnamed(endpoint)), ...status });
  for (const { endpoint, party, street } of journal.views.parked()) {
    const known = views.get(endpoint.id) ?? { ...unnamed(endpoint.id), to: nameOf(endpoint), serves: [{ party, street }] };
    views.set(endpoint.id, { ...known, parked: known.parked + 1 });
  }
  return [...views.values()];
}

/** For `/metrics`, at the moment at which it is read. */
export function endpointGauges(metrics: Metrics, views: readonly EndpointView[]): void {
  const { endpointWaiting, endpointParked, endpointDown, endpointLastSuccess } = metrics;
  for (const gauge of [endpointWaiting, endpointParked, endpointDown, endpointLastSuccess]) gauge.reset();
  for (const { id, serves, waiting, parked, down, lastSuccess } of views) {
    const labels = { endpoint: id, party: [...new Set(serves.map(({ party }) => party))].join(',') };
    endpointWaiting.set(labels, waiting);
    endpointParked.set(labels, parked);
    endpointDown.set(labels, down ? 1 : 0);
    if (lastSuccess !== null) endpointLastSuccess.set(labels, lastSuccess / 1_000);
  }
}

function nameOf(endpoint: Endpoint): string {
  return endpoint.kind === 'webhook' ? new URL(endpoint.url).origin : endpoint.topic;
}

/** A topic, or a webhook that is no longer configured. */
function unnamed(id: string): EndpointView {
  const topic = id.startsWith('mqtt:') ? id.slice('mqtt:'.length) : null;
  const kind = topic === null ? 'webhook' : 'mqtt';
  return { id, kind, to: topic ?? id, serves: topic === null ? [] : [servedBy(topic)], configured: topic !== null, parked: 0, ...UNTRIED };
}

/** `orders/{party}` and `orders/{party}/{street}`, behind `drill/` in a drill. */
function servedBy(topic: string): Served {
  const [party = '', street = null] = topic
    .replace(/^drill\//, '')
    .split('/')
    .slice(1);
  return { party, street };
}
