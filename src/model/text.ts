/** Whatever a person reads exists in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** The values that a telemetry message may carry for a measure. */
export type Scalar = number | boolean | string;
