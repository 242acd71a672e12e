import type { Level } from '../../model/level.ts';
import type { Scalar } from '../../model/text.ts';

/** One rule-test file, as `schemas/rule-test.schema.json` allows it. */
export interface RuleTestFile {
  readonly rule: string;
  /** Other rules that are loaded beside it. */
  readonly with?: readonly string[];
  readonly city?: TestCity;
  readonly cases?: readonly RuleTestCase[];
  readonly ladders?: readonly Ladder[];
}

export interface TestCity {
  readonly zone?: string;
  readonly places?: readonly TestPlace[];
  readonly sensors?: readonly TestSensor[];
}

export interface TestPlace {
  readonly id: string;
  readonly street?: string;
  readonly attributes?: Readonly<Record<string, Scalar>>;
}

export interface TestSensor {
  readonly id: string;
  readonly model?: string;
  readonly place?: string;
  readonly cadence?: string | null;
  readonly gateway?: string;
  readonly attributes?: Readonly<Record<string, Scalar>>;
}

export type Values = Readonly<Record<string, Scalar>>;

interface Spoken {
  readonly sensor?: string;
  readonly gateway?: string;
  /** How long after its time it is received. */
  readonly receivedAfter?: string;
  readonly values: Values;
}

export type TestInput =
  | (Spoken & { readonly at: string })
  | (Spoken & { readonly every: string; readonly from: string; readonly to: string });

export interface RuleTestCase {
  readonly name: string;
  readonly start?: string;
  readonly input: readonly TestInput[];
  readonly receipts?: readonly { readonly at: string; readonly party: string; readonly state: ReceiptState }[];
  /** A person resets every latched alert. */
  readonly resets?: readonly { readonly at: string }[];
  readonly until?: string;
  readonly expect: readonly ExpectedChange[];
  readonly orders?: readonly ExpectedOrder[];
  readonly alerts?: readonly ExpectedAlert[];
}

export type ReceiptState = 'accepted' | 'on-site' | 'resolved' | 'declined';

export interface ExpectedChange {
  readonly at?: string;
  readonly key?: string;
  readonly level: Level | null;
}

export interface ExpectedOrder {
  readonly level?: Level;
  readonly parties?: readonly string[];
  readonly state?: string;
}

export interface ExpectedAlert {
  readonly key?: string;
  readonly state: 'firing' | 'resolved';
  readonly level?: Level;
}

/** One value of the ladder's measure, or several measures by name. */
export type Probe = Scalar | Values;

/** A compact table that is written out into cases. */
export interface Ladder {
  readonly sensor?: string;
  readonly measure?: string;
  readonly start?: string;
  readonly every: string;
  readonly rest: Probe;
  readonly warm?: string;
  /** One probe, where sums or counts are judged. */
  readonly feed?: 'once';
  readonly times?: number;
  readonly latched?: boolean;
  readonly levels: Readonly<Partial<Record<Level, Rung>>>;
  readonly silence?: { readonly for: string; readonly level?: 'keeps'; readonly ends?: string };
}

export interface Rung {
  readonly safe: Probe;
  readonly edge: Probe;
  readonly past: Probe;
  /** `false`: a strict comparison, the threshold itself does not raise. */
  readonly edgeRaises?: boolean;
  readonly after?: string;
  readonly stay?: Probe;
  readonly clear?: Probe;
  readonly cleared?: string | null;
}
