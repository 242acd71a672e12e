import type { Scalar } from './text.ts';
import type { Millis } from './time.ts';

/**
 * What a message claims (报文): decoded, but the sensor is not yet known nor the time believed. Each of its values that the
 * registry accepts is a reading (读数).
 */
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
