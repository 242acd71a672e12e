import type Database from 'libsql';
import type { WorkOrder } from '../../model/work-order.ts';

/** Orders remembered as they were last recorded; of the others the table knows. */
const REMEMBERED = 4_096;

/** The newest version of each order that was handed over, for telling what a newer one changes. */
export class KnownOrders {
  readonly #byId = new Map<string, WorkOrder>();
  readonly #read: ReturnType<Database.Database['prepare']>;
  readonly #room: number;

  constructor(reader: Database.Database, room = REMEMBERED) {
    this.#read = reader.prepare('SELECT body FROM orders WHERE id IN (SELECT value FROM json_each(?))').raw();
    this.#room = room;
  }

  /** @returns the versions before these; of a new order there is none. */
  replace(orders: readonly WorkOrder[]): ReadonlyMap<string, WorkOrder> {
    const before = new Map<string, WorkOrder>();
    const unknown: string[] = [];
    for (const { id } of orders) {
      const known = this.#byId.get(id);
      if (known === undefined) unknown.push(id);
      else before.set(id, known);
    }
    for (const order of this.#committed(unknown)) before.set(order.id, order);
    for (const order of orders) this.#remember(order);
    return before;
  }

  /** In one question: it costs more to ask than to find nothing. */
  #committed(ids: readonly string[]): WorkOrder[] {
    if (ids.length === 0) return [];
    const rows = this.#read.all([JSON.stringify(ids)]) as [string][];
    return rows.map(([body]) => JSON.parse(body) as WorkOrder);
  }

  /** What is changed now is changed again soon: the one that was left alone for longest makes room. */
  #remember(order: WorkOrder): void {
    this.#byId.delete(order.id);
    this.#byId.set(order.id, order);
    if (this.#byId.size <= this.#room) return;
    for (const oldest of this.#byId.keys()) {
      this.#byId.delete(oldest);
      break;
    }
  }
}
