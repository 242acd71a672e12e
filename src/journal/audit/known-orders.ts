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
    this.#read = reader.prepare('SELECT body FROM orders WHERE id = ?').raw();
    this.#room = room;
  }

  /** @returns the version before this one; `null` for a new order. */
  replace(order: WorkOrder): WorkOrder | null {
    const before = this.#byId.get(order.id) ?? this.#committed(order.id);
    // Last in, last out: what is changed now is changed again soon.
    this.#byId.delete(order.id);
    this.#byId.set(order.id, order);
    if (this.#byId.size > this.#room)
      for (const oldest of this.#byId.keys()) {
        this.#byId.delete(oldest);
        break;
      }
    return before;
  }

  #committed(id: string): WorkOrder | null {
    const [row] = this.#read.all([id]) as [string][];
    return row === undefined ? null : (JSON.parse(row[0]) as WorkOrder);
  }
}
