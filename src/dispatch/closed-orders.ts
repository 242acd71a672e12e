import { ReceiptBook, type SavedReceipts } from './receipt-book.ts';

export type SavedClosedOrders = readonly (readonly [order: string, receipts: SavedReceipts])[];

/** The receipts of the orders that were closed last, so that a repeat is known as one after the closing. Bounded. */
export class ClosedOrders {
  private readonly limit: number;
  private readonly receipts = new Map<string, SavedReceipts>();

  constructor(limit: number) {
    this.limit = limit;
  }

  add(order: string, receipts: ReceiptBook): void {
    this.receipts.set(order, receipts.save());
    if (this.receipts.size <= this.limit) return;
    const [oldest] = this.receipts.keys();
    if (oldest !== undefined) this.receipts.delete(oldest);
  }

  /** It was opened again. */
  forget(order: string): void {
    this.receipts.delete(order);
  }

  /** @returns undefined when the order was not closed lately. */
  receiptsOf(order: string): ReceiptBook | undefined {
    const saved = this.receipts.get(order);
    return saved === undefined ? undefined : ReceiptBook.restore(saved);
  }

  save(): SavedClosedOrders {
    return [...this.receipts];
  }

  restore(saved: SavedClosedOrders): void {
    this.receipts.clear();
    for (const [order, receipts] of saved) this.receipts.set(order, receipts);
  }
}
