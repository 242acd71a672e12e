import { wallClock } from '../../src/deliver/clock.ts';
import { createDeliverer, type Deliverer } from '../../src/deliver/deliverer.ts';
import { createWebhookTransport } from '../../src/deliver/webhook.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Delivery } from '../../src/model/delivery.ts';

export interface BlockOptions {
  readonly journal: Journal;
  /** A server that takes everything. */
  readonly good: string;
  /** Where the endpoint under trial is; in a block without badness that is a good one as well. */
  readonly trial: string;
  /** Makes the ids of this block its own. */
  readonly name: string;
  readonly seconds: number;
}

/** Endpoints whose times count; the one under trial has the same load as each of them. */
const OTHERS = 3;
/** What waits for the endpoint under trial when the block begins: it has been bad for a while. */
const BACKLOG = 500;
/** Orders a second to each endpoint. */
const RATE = 100;
const STEP = 1_000 / RATE;
const WARM_UP = 700;
const SECRET = `whsec_${Buffer.from('a secret of the bench').toString('base64')}`;
const BODY = JSON.stringify({ type: 'order.dispatched', filler: 'x'.repeat(1_200) });

/** A deliverer of its own over the real outbox. @returns offered → accepted at the other endpoints, ms */
export async function runBlock(options: BlockOptions): Promise<number[]> {
  const { journal, name, seconds } = options;
  const offered = new Map<string, number>();
  const times: number[] = [];
  const deliverer = createDeliverer({
    journal,
    transports: { webhook: createWebhookTransport({ clock: wallClock, userAgent: 'maibo/bench' }), mqtt: NO_MQTT },
    clock: wallClock,
    random: Math.random,
    onParked: () => undefined,
    onUnreachable: () => undefined,
    onSettled: ({ id }) => {
      const at = offered.get(id);
      if (at !== undefined) times.push(performance.now() - at);
    },
    emit: () => undefined,
  });
  const backlog = Array.from({ length: BACKLOG }, (_, index) => deliveryTo(`${name}-old-${index}`, 'trial', options.trial));
  await commit(journal, backlog);
  deliverer.resume(backlog);
  await load(deliverer, { ...options, name: `${name}-warm` }, WARM_UP);
  await load(deliverer, options, seconds * 1_000, (id) => void offered.set(id, performance.now()));
  // What was offered last is still under way.
  for (let waited = 0; times.length < offered.size && waited < 200; waited += 1) await pause(10);
  await deliverer.close();
  if (times.length < offered.size) throw new Error(`${offered.size - times.length} deliveries to good endpoints did not arrive`);
  await settle(journal);
  return times;
}

/** One order to each endpoint at a fixed rate, whatever becomes of the ones before. */
async function load(deliverer: Deliverer, options: BlockOptions, lasting: number, mark?: (id: string) => void): Promise<void> {
  const began = performance.now();
  for (let index = 0; index * STEP < lasting; index += 1) {
    const early = began + index * STEP - performance.now();
    if (early > 0) await pause(early);
    const others = Array.from({ length: OTHERS }, (_, other) => deliveryTo(`${options.name}-${index}`, `other-${other}`, options.good));
    const batch = [...others, deliveryTo(`${options.name}-${index}`, 'trial', options.trial)];
    await commit(options.journal, batch);
    for (const { id } of others) mark?.(id);
    deliverer.offer(batch);
  }
}

const NO_MQTT = { send: () => Promise.resolve({ kind: 'accepted', status: 0 } as const), close: () => Promise.resolve() };

async function commit(journal: Journal, deliveries: readonly Delivery[]): Promise<void> {
  const entry = { offset: journal.nextOffset, at: Date.now(), events: [{ kind: 'tick' as const }] };
  await journal.commit({ entry, rejections: [], alerts: [], orders: [], receipts: [], deliveries });
}

/** What the block left waiting is nobody's any more. */
async function settle(journal: Journal): Promise<void> {
  for (const { id, attempts, nextAt } of journal.waitingDeliveries())
    journal.recordState(id, { state: 'superseded', attempts, nextAt, reason: 'order-closed' });
  await journal.flush();
}

function deliveryTo(message: string, endpoint: string, origin: string): Delivery {
  const now = Date.now();
  return {
    kind: 'delivery',
    id: `${message}@${endpoint}`,
    message,
    order: `wo_${message}`,
    party: 'fire',
    street: null,
    type: 'order.dispatched',
    drill: false,
    endpoint: { kind: 'webhook', id: endpoint, url: `${origin}/${endpoint}`, secrets: [SECRET], drills: false },
    body: BODY,
    state: 'waiting',
    attempts: 0,
    createdAt: now,
    nextAt: now,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
