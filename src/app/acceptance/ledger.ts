/** What the outside world holds us to: readings it saw acknowledged, incidents it caused, and what the receivers did. */
export class Ledger {
  /** `sensor#seq` of every reading whose PUBACK arrived. */
  readonly acknowledged = new Set<string>();
  /** Places at which two alarms were acknowledged, so that an order is owed to every party. */
  readonly owed = new Set<string>();
  /** Receipts that were answered with 2xx. */
  readonly receipts = new Set<string>();
  /** webhook-id → how often it arrived. */
  readonly arrivals = new Map<string, number>();
  /** What a receiver that keeps ids did: one entry an act, `type party order`. */
  readonly acts: string[] = [];
  /** place → ids of the orders that were dispatched for it. */
  readonly orders = new Map<string, Set<string>>();
  /** `place party` of each dispatch that arrived. */
  readonly dispatched = new Set<string>();

  arrived(message: {
    readonly id: string;
    readonly type: string;
    readonly party: string;
    readonly order: string;
    readonly place: string;
  }): void {
    const times = this.arrivals.get(message.id) ?? 0;
    this.arrivals.set(message.id, times + 1);
    if (times > 0) return;
    this.acts.push(`${message.type} ${message.party} ${message.order} ${message.id}`);
    if (message.type !== 'order.dispatched') return;
    const orders = this.orders.get(message.place) ?? new Set();
    this.orders.set(message.place, orders.add(message.order));
    this.dispatched.add(`${message.place} ${message.party}`);
  }
}

export interface Findings {
  readonly acknowledged: number;
  readonly lostReadings: readonly string[];
  readonly incidents: number;
  readonly lostOrders: readonly string[];
  /** Places for which two different orders came: the same happening acted upon twice. */
  readonly twice: readonly string[];
  readonly lostReceipts: readonly string[];
  /** Repeated arrivals under one id: allowed, counted, and proof that the fault did happen. */
  readonly repeats: number;
}

/** Holds what survived against what was promised. */
export function judge(
  ledger: Ledger,
  survived: { readonly readings: ReadonlySet<string>; readonly receipts: ReadonlySet<string> },
  parties: readonly string[],
): Findings {
  const lostOrders: string[] = [];
  for (const place of ledger.owed) {
    for (const party of parties) if (!ledger.dispatched.has(`${place} ${party}`)) lostOrders.push(`${place} ${party}`);
  }
  let repeats = 0;
  for (const times of ledger.arrivals.values()) repeats += times - 1;
  return {
    acknowledged: ledger.acknowledged.size,
    lostReadings: [...ledger.acknowledged].filter((id) => !survived.readings.has(id)),
    incidents: ledger.owed.size,
    lostOrders,
    twice: [...ledger.orders].filter(([, orders]) => orders.size > 1).map(([place]) => place),
    lostReceipts: [...ledger.receipts].filter((id) => !survived.receipts.has(id)),
    repeats,
  };
}

export function isClean(findings: Findings): boolean {
  const { lostReadings, lostOrders, twice, lostReceipts } = findings;
  return lostReadings.length + lostOrders.length + twice.length + lostReceipts.length === 0;
}
