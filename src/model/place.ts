import type { Handling } from './handling.ts';
import type { Calendar } from './calendar.ts';
import type { Millis } from './time.ts';
import type { Route } from './route.ts';
import type { Scalar, Text } from './text.ts';

/** Longitude, latitude; degrees, WGS84. Converted once, where the city folder is read. */
export type Position = readonly [number, number];

export interface Street {
  readonly kind: 'street';
  /** Official division code, nine digits, e.g. 310104014. */
  readonly code: string;
  readonly title: Text;
}

export interface Place {
  readonly kind: 'place';
  readonly id: string;
  readonly title: Text;
  /** Street code. */
  readonly street: string;
  readonly at: Position;
  /** What rules may ask of a site: `capacity` (persons), `area` (m²), … */
  readonly attributes: Readonly<Record<string, Scalar>>;
}

export interface Sensor {
  readonly kind: 'sensor';
  readonly id: string;
  /** What sort of device: `smoke`, `people-counter`, `rain-gauge`, … */
  readonly model: string;
  readonly place: string | null;
  readonly street: string | null;
  /** Expected time between two messages; `null` when it only speaks on events. */
  readonly cadence: Millis | null;
  /** Only this gateway may speak for the sensor; `null` means any. */
  readonly gateway: string | null;
  /** True when it announced itself and no registry file names it. */
  readonly adopted: boolean;
  readonly attributes: Readonly<Record<string, Scalar>>;
  /** Its place in the list it stands in: a hint for tables by number, never more than a hint. */
  readonly ordinal?: number;
}

/** One disposing unit as the city knows it; where to reach it stands in the configuration, not here. */
export interface Party {
  readonly id: string;
  readonly title: Text;
  /** True when there is one office a street (`street`), so an assignment also names the street. */
  readonly perStreet: boolean;
  /** Who is called first when the party lets its time run out, and who stands in for it; ids of parties. */
  readonly chief?: string | null;
  readonly next?: string | null;
}

/** One kind of measurement. */
export interface Measure {
  readonly id: string;
  readonly title: Text;
  readonly unit: string;
}

/** Everything that a city folder says, validated. */
export interface City {
  readonly id: string;
  readonly title: Text;
  /** IANA zone in which local times of this city are read, e.g. Asia/Shanghai. */
  readonly zone: string;
  /** Absent: of holidays nothing is known. */
  readonly calendar?: Calendar;
  readonly streets: readonly Street[];
  readonly places: readonly Place[];
  readonly sensors: readonly Sensor[];
  readonly parties: readonly Party[];
  readonly measures: readonly Measure[];
  /** What to do with a sensor that no file names. */
  readonly unknownSensors: 'adopt' | 'quarantine';
  /** Absent: `DEFAULT_HANDLING`. */
  readonly handling?: Handling;
  /** Who gets which order, where that is not who its rule names; the first that matches decides. */
  readonly routes?: readonly Route[];
}
