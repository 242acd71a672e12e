import type { Level } from './level.ts';
import type { Millis } from './time.ts';

/** Who is called when a party lets its time run out: its own chief, the party that stands in for it, the operations centre. */
export type RungTarget = 'chief' | 'next' | 'ops';

export interface Rung {
  readonly to: RungTarget;
  /** After the rung before; for the first one, after the time ran out. */
  readonly after: Millis;
}

/** How it is known that an order which everybody has resolved is really over. */
export type Verification = 'none' | 'sign' | 'person';

/** How often operations is called when nobody takes an order on, or verifies it. */
export interface Recall {
  /** Between two calls. */
  readonly every: Millis;
  /** Calls after the first one. */
  readonly times: number;
}

/** Alerts of some rules that open no order while another alert stands in the same area: they are part of it. */
export interface Inhibition {
  readonly by: string;
  /** From this level up. */
  readonly from: Level;
  readonly quiet: readonly string[];
  readonly area: 'place' | 'street' | 'district';
}

/** How a city handles its orders: everything here is data, and part of what a log is replayed with. */
export interface Handling {
  /** By the kind of the order; `*` for all others. */
  readonly verify: Readonly<Record<string, Verification>>;
  /** After this long without verification the operations centre is called. */
  readonly verifyWithin: Millis;
  /** While nobody takes an order on, or verifies it, operations is called again. */
  readonly recall?: Recall;
  /** So long after its closing an order is opened again when its alert returns; 0: never. */
  readonly grace: Millis;
  /** Share of a due time after which its party is warned, 0 to 1; `null`: never. */
  readonly warnAt: number | null;
  readonly ladder: readonly Rung[];
  /** What makes one incident, by the kind of the order; `place` for all others. */
  readonly group: Readonly<Record<string, 'place' | 'street' | 'district'>>;
  /** Kinds that are never held back, grouped into a digest or silenced by accident. */
  readonly lifeSafety: readonly string[];
  /** So many messages a party and street within that time; what is more goes into a digest. `null`: no limit. */
  readonly limit: { readonly messages: number; readonly within: Millis } | null;
  readonly inhibit: readonly Inhibition[];
}

const MINUTE: Millis = 60_000;

/** Where a city says nothing: four hours long. */
export const DEFAULT_RECALL: Recall = { every: 15 * MINUTE, times: 16 };

/** What holds where a city says nothing. */
export const DEFAULT_HANDLING: Handling = {
  verify: { '*': 'none' },
  verifyWithin: 30 * MINUTE,
  recall: DEFAULT_RECALL,
  grace: 30 * MINUTE,
  warnAt: 0.8,
  ladder: [
    { to: 'chief', after: 0 },
    { to: 'next', after: 5 * MINUTE },
    { to: 'ops', after: 5 * MINUTE },
  ],
  group: {},
  lifeSafety: ['fire', 'gas-leak', 'lift-rescue'],
  limit: null,
  inhibit: [],
};

export function verificationOf(handling: Handling, sort: string): Verification {
  return handling.verify[sort] ?? handling.verify['*'] ?? 'none';
}
