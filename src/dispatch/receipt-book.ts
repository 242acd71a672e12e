import type { Receipt, ReceiptState } from '../model/receipt.ts';

/** The key and what was said under it; a snapshot of an earlier version has the keys alone. */
export type SavedReceipts = readonly (string | readonly [key: string, state: ReceiptState])[];

/** What an order has been answered. The same id once more is a repeat; with another state it is no repeat but a mistake. */
export class ReceiptBook {
  /** `null`: what it said is not known any more. */
  private readonly states = new Map<string, ReceiptState | null>();

  static restore(saved: SavedReceipts): ReceiptBook {
    const book = new ReceiptBook();
    for (const one of saved) {
      if (typeof one === 'string') book.states.set(one, null);
      else book.states.set(one[0], one[1]);
    }
    return book;
  }

  add(receipt: Receipt): void {
    this.states.set(keyOf(receipt), receipt.state);
  }

  judge(receipt: Receipt): 'new' | 'repeated' | 'reused' {
    const state = this.states.get(keyOf(receipt));
    if (state === undefined) return 'new';
    return state === null || state === receipt.state ? 'repeated' : 'reused';
  }

  save(): SavedReceipts {
    return [...this.states].map(([key, state]) => (state === null ? key : ([key, state] as const)));
  }
}

/** One party's numbering of its receipts is its own: two parties may both call their first one `1`. */
function keyOf(receipt: Receipt): string {
  return `${receipt.party}|${receipt.street ?? ''}|${receipt.id}`;
}
