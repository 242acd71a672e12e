import type { Millis } from './time.ts';

/** Why a message, or one member of a batch, is no reading. Listed in `schemas/README.md`; a test holds both together. */
export type RejectionCode =
  | 'topic-unknown'
  | 'codec-unknown'
  | 'payload-too-large'
  | 'payload-empty'
  | 'json-invalid'
  | 'json-too-deep'
  | 'json-duplicate-key'
  | 'utf8-invalid'
  | 'schema'
  | 'batch-size'
  | 'time-invalid'
  | 'time-future'
  | 'time-jump'
  | 'sensor-unknown'
  | 'sensor-foreign'
  | 'sensor-cap'
  | 'measure-cap'
  | 'key-cap'
  | 'receipt-refused'
  | 'receipt-foreign'
  | 'internal';

/** Counted, kept, never silent. */
export interface Rejection {
  readonly kind: 'rejection';
  readonly code: RejectionCode;
  /** JSON pointer into the payload; `''` is the whole of it. */
  readonly pointer: string;
  /** One sentence in English saying what is wrong and how to mend it. */
  readonly detail: string;
  readonly gateway: string;
  readonly topic: string;
  readonly at: Millis;
  /** The raw bytes, cut at 4 KiB. */
  readonly sample: Uint8Array;
}

export const SAMPLE_LIMIT = 4_096;
