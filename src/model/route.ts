import type { Level } from './level.ts';
import type { Text } from './text.ts';
import type { Millis } from './time.ts';

/** Which orders a route takes; what is not said does not matter. */
export interface RouteMatch {
  readonly rules?: readonly string[];
  readonly kinds?: readonly string[];
  /** From this level up. */
  readonly from?: Level;
  readonly streets?: readonly string[];
  readonly places?: readonly string[];
  /** Local minutes of the day, from (in) and to (not in); over midnight where `to` is the smaller. */
  readonly hours?: { readonly from: number; readonly to: number };
  /** 1 Monday to 7 Sunday, local. */
  readonly days?: readonly number[];
}

/** Who gets the order, where that is another party than the rule itself names. */
export interface Route {
  readonly id: string;
  readonly title: Text;
  readonly when: RouteMatch;
  /** Absent: the rule's. */
  readonly lead?: string;
  readonly support?: readonly string[];
  /** Beside whoever is asked anyway. */
  readonly also?: readonly string[];
  readonly due?: { readonly accept: Millis; readonly arrive: Millis; readonly close: Millis };
  /** Who decided that it goes this way. */
  readonly source: string;
}
