import type Database from 'libsql';
import type { Alert, AlertState } from '../model/alert.ts';
import type { Attempt, Delivery, DeliveryState } from '../model/delivery.ts';
import type { Level } from '../model/level.ts';
import type { OrderStats, OrderStatsQuery } from '../model/order-stats.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Rejection, RejectionCode } from '../model/rejection.ts';
import type { Millis } from '../model/time.ts';
import type { OrderState, WorkOrder } from '../model/work-order.ts';
import { contactsOf, deliveriesTelling, type FirstContact } from './first-contact.ts';
import { measureOrders } from './order-stats.ts';
import { readPage } from './page.ts';
import type { Page, PageQuery } from './page.ts';

type Db = Database.Database;

export interface OrderQuery extends PageQuery {
  readonly state?: OrderState | undefined;
  readonly party?: string | undefined;
  readonly street?: string | undefined;
  readonly level?: Level | undefined;
}
export interface AlertQuery extends PageQuery {
  readonly state?: AlertState | undefined;
  readonly rule?: string | undefined;
}
export interface RejectionQuery extends PageQuery {
  readonly code?: RejectionCode | undefined;
  readonly gateway?: string | undefined;
}
export interface DeliveryQuery extends PageQuery {
  readonly state?: DeliveryState | undefined;
  readonly party?: string | undefined;
  /** Id of the endpoint. */
  readonly endpoint?: string | undefined;
}

export interface OrderRecord {
  readonly order: WorkOrder;
  readonly deliveries: readonly { readonly delivery: Delivery; readonly attempts: readonly Attempt[] }[];
  readonly receipts: readonly Receipt[];
}

export interface JournalCounts {
  readonly orders: Readonly<Record<OrderState, number>>;
  readonly deliveries: Readonly<Record<DeliveryState, number>>;
  /** When the oldest delivery that still waits was made. */
  readonly oldestWaiting: Millis | null;
  readonly rejections: { readonly kept: number; readonly removed: number };
}

/** What others may read. No secret of an endpoint is in it. */
export interface JournalViews {
  orders(query: OrderQuery): Page<WorkOrder>;
  order(id: string): OrderRecord | null;
  /** One at a time, and with pauses: what is asked while one runs waits for it. */
  orderStats(query: OrderStatsQuery): Promise<OrderStats>;
  /** When a party was first to be told of an order, and when it was. */
  firstContact(order: string, party: string, street: string | null): FirstContact;
  alerts(query: AlertQuery): Page<Alert>;
  alert(id: string): Alert | null;
  rejections(query: RejectionQuery): Page<Rejection>;
  deliveries(query: DeliveryQuery): Page<Delivery>;
  delivery(id: string): Delivery | null;
  /** All that tell of any of these orders, digests too, in the order of the outbox. */
  deliveriesOf(orders: readonly string[]): Delivery[];
  /** The newest try of a delivery. */
  lastAttempt(delivery: string): Attempt | null;
  /** Parked deliveries, oldest first; of one endpoint when it is named. */
  parked(endpoint?: string): Delivery[];
  counts(): JournalCounts;
}

const DELIVERY = 'state, attempts, next, body';
const ENDPOINT = `body ->> '$.endpoint.id'`;

export function createViews(db: Db): JournalViews {
  let measuring: Promise<unknown> = Promise.resolve();
  return {
    orders: (query) => listOrders(db, query),
    order: (id) => readOrder(db, id),
    orderStats: (query) => {
      const measured = measuring.then(() => measureOrders(db, query));
      measuring = measured.catch(() => undefined);
      return measured;
    },
    firstContact: (order, party, street) => contactsOf(db)(order)({ party, street }),
    alerts: (query) =>
      readPage(
        db,
        { from: 'alerts', keys: ['since', 'id'], columns: 'body', filter: { state: query.state, rule: query.rule }, read: body<Alert> },
        query,
      ),
    alert: (id) =>
      db
        .prepare('SELECT body FROM alerts WHERE id = ?')
        .raw()
        .all([id])
        .map(body<Alert>)[0] ?? null,
    rejections: (query) =>
      readPage(
        db,
        {
          from: 'rejections',
          keys: ['seq'],
          columns: 'body, sample',
          filter: { code: query.code, gateway: query.gateway },
          read: rejection,
        },
        query,
      ),
    deliveries: ({ state, party, endpoint, ...query }) => {
      const filter = { state, [`body ->> '$.party'`]: party, [ENDPOINT]: endpoint };
      return readPage(db, { from: 'outbox', keys: ['seq'], columns: DELIVERY, filter, read: delivery }, query);
    },
    delivery: (id) => db.prepare(`SELECT ${DELIVERY} FROM outbox WHERE id = ?`).raw().all([id]).map(delivery)[0] ?? null,
    deliveriesOf: (orders) => readDeliveries(db, orders),
    lastAttempt: (id) =>
      db
        .prepare('SELECT body FROM attempts WHERE delivery = ? ORDER BY number DESC LIMIT 1')
        .raw()
        .all([id])
        .map(body<Attempt>)[0] ?? null,
    parked: (endpoint) => readParked(db, endpoint),
    counts: () => count(db),
  };
}

/** Oldest first, as they are to be sent. */
export function readWaiting(db: Db): Delivery[] {
  return db.prepare(`SELECT ${DELIVERY} FROM outbox WHERE state = 'waiting' ORDER BY seq`).raw().all().map(delivery);
}

function readParked(db: Db, endpoint: string | undefined): Delivery[] {
  const of = endpoint === undefined ? '' : ` AND ${ENDPOINT} = ?`;
  const sql = `SELECT ${DELIVERY} FROM outbox WHERE state = 'parked'${of} ORDER BY seq`;
  return db
    .prepare(sql)
    .raw()
    .all(endpoint === undefined ? [] : [endpoint])
    .map(delivery);
}

function readDeliveries(db: Db, orders: readonly string[]): Delivery[] {
  const sql = `SELECT ${DELIVERY} FROM outbox WHERE seq IN (${deliveriesTelling('(SELECT value FROM json_each(?1))')}) ORDER BY seq`;
  return db
    .prepare(sql)
    .raw()
    .all([JSON.stringify(orders)])
    .map(delivery);
}

/** Orders that are over while something that tells of them still waits. One that is resolved may be opened again. */
export function readClosedWaiting(db: Db): string[] {
  const over = `b.state = 'waiting' AND o.state IN ('closed', 'cancelled')`;
  const sql = `SELECT o.id FROM outbox b JOIN orders o ON o.id = b.order_id WHERE ${over}
    UNION SELECT o.id FROM outbox b JOIN digested d ON d.delivery = b.id JOIN orders o ON o.id = d.order_id WHERE ${over}`;
  return (db.prepare(sql).raw().all() as [string][]).map(([id]) => id);
}

function body<T>(values: unknown): T {
  return JSON.parse((values as readonly string[])[0] as string) as T;
}

function rejection(values: readonly unknown[]): Rejection {
  return { ...body<Omit<Rejection, 'sample'>>(values), sample: new Uint8Array(values[1] as Uint8Array) };
}

function delivery(values: unknown): Delivery {
  const [state, attempts, nextAt, text] = values as [DeliveryState, number, number, string];
  return { ...(JSON.parse(text) as Omit<Delivery, 'state' | 'attempts' | 'nextAt'>), state, attempts, nextAt };
}

function listOrders(db: Db, query: OrderQuery): Page<WorkOrder> {
  const filter = { 'o.state': query.state, 'o.street': query.street, 'o.level': query.level };
  const rest = { columns: 'o.body', read: body<WorkOrder> };
  if (query.party === undefined) return readPage(db, { ...rest, from: 'orders o', keys: ['o.opened', 'o.id'], filter }, query);
  const from = 'order_parties p JOIN orders o ON o.id = p.id';
  return readPage(db, { ...rest, from, keys: ['p.opened', 'p.id'], filter: { 'p.party': query.party, ...filter } }, query);
}

function readOrder(db: Db, id: string): OrderRecord | null {
  const [order] = db
    .prepare('SELECT body FROM orders WHERE id = ?')
    .raw()
    .all([id])
    .map(body<WorkOrder>);
  if (order === undefined) return null;
  const tries = db.prepare('SELECT body FROM attempts WHERE delivery = ? ORDER BY number').raw();
  const sent = readDeliveries(db, [id]);
  const receipts = db
    .prepare('SELECT body FROM receipts WHERE order_id = ? ORDER BY seq')
    .raw()
    .all([id])
    .map(body<Receipt>);
  return { order, deliveries: sent.map((d) => ({ delivery: d, attempts: tries.all([d.id]).map(body<Attempt>) })), receipts };
}

function count(db: Db): JournalCounts {
  const by = (sql: string): Record<string, number> => Object.fromEntries(db.prepare(sql).raw().all() as [string, number][]);
  const [seen] = db.prepare("SELECT min(created) FROM outbox WHERE state = 'waiting'").raw().all() as [number | null][];
  const [range] = db.prepare('SELECT (SELECT min(seq) FROM rejections), (SELECT max(seq) FROM rejections)').raw().all() as [
    number | null,
    number | null,
  ][];
  const [first, last] = range as [number | null, number | null];
  return {
    orders: { open: 0, resolved: 0, closed: 0, cancelled: 0, ...by('SELECT state, count(*) FROM orders GROUP BY state') },
    deliveries: {
      waiting: 0,
      accepted: 0,
      parked: 0,
      withheld: 0,
      unheard: 0,
      superseded: 0,
      ...by('SELECT state, count(*) FROM outbox GROUP BY state'),
    },
    oldestWaiting: seen?.[0] ?? null,
    rejections: { kept: first === null || last === null ? 0 : last - first + 1, removed: (first ?? 1) - 1 },
  };
}
