import type { Prunable } from './pruner.ts';
import type { Transaction } from './transaction.ts';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  /** `none` exists only so that the benchmark can show what durability costs. */
  readonly durability: 'full' | 'none';
  /** Rejections kept; the oldest go. */
  readonly rejections: number;
  /** Bytes written to the WAL between two checkpoints. */
  readonly checkpointBytes: number;
}

export type Request =
  /** Answered with the bytes of the audit record. */
  | { readonly kind: 'write'; readonly transaction: Transaction }
  /** Removes log entries up to this offset, at most so many; answered with how many went. */
  | { readonly kind: 'trim'; readonly upTo: number; readonly limit: number }
  /** Removes one portion of what is long over; answered with how many rows went. */
  | { readonly kind: 'prune'; readonly over: Prunable }
  | { readonly kind: 'close' };

/** Replies come in the order of the requests; the first one answers the start. */
export type Reply =
  | { readonly kind: 'done'; readonly count: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
