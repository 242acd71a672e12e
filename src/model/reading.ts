import type { Sensor } from './place.ts';
import type { Scalar } from './text.ts';
import type { Millis } from './time.ts';

/** What a message claims (报文): decoded, but the sensor is not yet known nor the time believed. */
export interface Report {
  readonly kind: 'report';
  readonly gateway: string;
  readonly sensor: string;
  /** `null` means: the time of receipt. */
  readonly at: Millis | null;
  readonly seq: number | null;
  /** Maintenance: stored, never alerting. */
  readonly test: boolean;
  readonly values: Readonly<Record<string, Scalar>>;
}

/** One accepted measurement (读数). */
export interface Reading {
  readonly kind: 'reading';
  readonly sensor: Sensor;
  readonly measure: string;
  readonly value: Scalar;
  readonly observedAt: Millis;
  readonly receivedAt: Millis;
}
