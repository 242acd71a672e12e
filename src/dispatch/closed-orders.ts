export type SavedClosedOrders = readonly (readonly [order: string, receipts: readonly string[]])[];

/** The receipts of the orders that were closed last, so that a repeat is known as one after the closing. Bounded. */
export class ClosedOrders {
  private readonly limit: number;
  private readonly receipts = new Map<string, readonly string[]>();

  constructor(limit: number) {
    this.limit = limit;
  }

  add(order: string, receipts: Iterable<string>): void {
    this.receipts.set(order, [...receipts]);
    if (this.receipts.size <= this.limit) return;
    const [oldest] = this.receipts.keys();
    if (oldest !== undefined) this.receipts.delete(oldest);
  }

  /** @returns undefined when the order was not closed lately. */
  hasReceipt(order: string, receipt: string): boolean | undefined {
    return this.receipts.get(order)?.includes(receipt);
  }

  save(): SavedClosedOrders {
    return [...this.receipts];
  }

  restore(saved: SavedClosedOrders): void {
    this.receipts.clear();
    for (const [order, receipts] of saved) this.receipts.set(order, receipts);
  }
}
