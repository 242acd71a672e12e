import type { Handling, Rung } from '../model/handling.ts';
import type { Measure } from '../model/place.ts';
import type { RouteMatch } from '../model/route.ts';
import type { Scalar, Text } from '../model/text.ts';
import type { Crs } from './position.ts';

/** Each file of a city folder as its schema admits it: not yet checked against the others, coordinates not yet converted. */
export interface RawCity {
  readonly id: string;
  readonly title: Text;
  readonly zone: string;
  readonly bounds: readonly [number, number, number, number];
  readonly unknownSensors: 'adopt' | 'quarantine';
}
export interface RawPlaces {
  readonly crs: Crs;
  readonly places: readonly {
    readonly id: string;
    readonly title: Text;
    readonly street: string;
    readonly at: readonly [number, number];
    readonly crs?: Crs;
    readonly attributes?: Readonly<Record<string, Scalar>>;
  }[];
}
export interface RawSensors {
  readonly sensors: readonly {
    readonly id: string;
    readonly model: string;
    readonly place?: string;
    readonly street?: string;
    readonly cadence: string | null;
    readonly gateway?: string;
    readonly attributes?: Readonly<Record<string, Scalar>>;
  }[];
}
export interface RawParties {
  readonly parties: readonly {
    readonly id: string;
    readonly title: Text;
    readonly perStreet?: boolean;
    readonly chief?: string;
    readonly next?: string;
  }[];
}

/** `handling.json`: all of it may be left out. */
export interface RawHandling {
  readonly verify?: Handling['verify'];
  readonly verifyWithin?: string;
  readonly recall?: { readonly every: string; readonly times: number };
  readonly grace?: string;
  readonly warnAt?: number | null;
  readonly ladder?: readonly { readonly to: Rung['to']; readonly after?: string }[];
  readonly group?: Handling['group'];
  readonly lifeSafety?: readonly string[];
  readonly limit?: { readonly messages: number; readonly within: string } | null;
  readonly contain?: Handling['inhibit'];
}

/** `routing.json`. */
export interface RawRouting {
  readonly routes: readonly {
    readonly id: string;
    readonly title: Text;
    readonly when: Omit<RouteMatch, 'hours' | 'days'> & {
      readonly hours?: { readonly from: string; readonly to: string };
      readonly days?: readonly string[];
    };
    readonly lead?: string;
    readonly support?: readonly string[];
    readonly also?: readonly string[];
    readonly due?: { readonly accept: string; readonly arrive: string; readonly close: string };
    readonly source: string;
  }[];
}

/** Days off and worked weekends as the notice of each year gives them. */
export interface RawCalendar {
  readonly weekend: readonly Weekday[];
  readonly dayEnds: string;
  readonly startDay: 'not-counted' | 'counted';
  readonly years: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly holidays: readonly { readonly title: Text; readonly from: string; readonly to: string }[];
        readonly workdays: readonly string[];
      }
    >
  >;
}

/** In the order of ISO 8601: Monday is 1. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The files of a city folder, each valid by its schema. */
export interface CityFiles {
  readonly city: RawCity;
  readonly streets: { readonly streets: readonly { readonly code: string; readonly title: Text }[] };
  readonly parties: RawParties;
  readonly measures: { readonly measures: readonly Measure[] };
  readonly places: RawPlaces;
  readonly sensors: RawSensors;
  /** `null` where the city has none. */
  readonly handling: RawHandling | null;
  readonly routing: RawRouting | null;
  /** `null`: the folder has none. */
  readonly calendar: RawCalendar | null;
}
