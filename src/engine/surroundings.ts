import { WEEKENDS_ONLY } from '../model/calendar.ts';
import type { Place, Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import { WorkedDays } from '../model/worked-days.ts';
import type { Area } from './areas.ts';
import { Gateways } from './gateways.ts';
import { Hearing } from './hearing.ts';
import { LocalTime } from './local-time.ts';
import type { PastSlots } from './past-slots.ts';

/** What another sign remembers that a rule may look at. */
export interface SignMemory {
  readonly rule: Rule;
  readonly clock: Float64Array;
  /** What each key last said; NaN when it was not known. */
  readonly told: Float64Array;
  area(name: string): Area;
  /** See `RuleMemory`. */
  leftOutAt: Millis;
}

/** Another sign, as a rule may ask for it. */
export interface OtherSign {
  readonly memory: SignMemory;
  /** 0 to 4. */
  level(key: number): number;
}

/** What a rule sees around its own state: who its sensors are, where they stand, what the clock of the city says. */
export class Surroundings {
  readonly clock: LocalTime;
  readonly district: string;
  readonly places: ReadonlyMap<string, Place>;
  gateways = new Gateways();
  /** By the engine's number of the sensor. */
  sensors: Sensor[] = [];
  /** Who was heard when, up to now. */
  readonly heard = new Hearing();
  /** The same for rules that wait, by how long; only where they ask who is silent. */
  private heardLater: ReadonlyMap<Millis, Hearing> = new Map();
  /** Silence is not judged before: the doors were shut. */
  notBefore: Millis = Number.NEGATIVE_INFINITY;
  /** Sensors that the city's files name. */
  registered: ReadonlyMap<string, Sensor> = new Map();
  signs: ReadonlyMap<string, OtherSign> = new Map();
  /** By the calendar of the city. */
  worked = new WorkedDays(WEEKENDS_ONLY);
  /** What history says of the time before rules remember; of another city it says nothing. */
  past: PastSlots | null = null;

  constructor(district: string, zone: string, places: ReadonlyMap<string, Place>) {
    this.district = district;
    this.clock = new LocalTime(zone);
    this.places = places;
  }

  addSensor(sensor: Sensor): number {
    const index = this.sensors.push(sensor) - 1;
    for (const hearing of [this.heard, ...this.heardLater.values()]) hearing.grow(index + 1);
    return index;
  }

  /** What rules hear that wait for so long. What is new begins with what is known now: nothing waits while rules change. */
  hearLater(waits: ReadonlySet<Millis>): ReadonlyMap<Millis, Hearing> {
    const made = (): Hearing => {
      const hearing = new Hearing();
      hearing.follow(this.heard);
      return hearing;
    };
    this.heardLater = new Map([...waits].map((wait) => [wait, this.heardLater.get(wait) ?? made()]));
    return this.heardLater;
  }

  placeOf(sensor: Sensor): Place | null {
    return sensor.place === null ? null : (this.places.get(sensor.place) ?? null);
  }

  streetOf(sensor: Sensor): string | null {
    return this.placeOf(sensor)?.street ?? sensor.street;
  }
}

/** For checks that look at one rule alone. */
export function nowhere(): Surroundings {
  return new Surroundings('', 'UTC', new Map());
}
