import type { Level } from './level.ts';

/** What a sign says at a key, between two changes of its level. */
export interface SignSample {
  readonly sign: string;
  readonly key: string;
  readonly place: string | null;
  readonly street: string | null;
  readonly level: Level | null;
  /** `null`: not known. */
  readonly value: number | null;
}
