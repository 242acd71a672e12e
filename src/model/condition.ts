import type { Scalar } from './text.ts';

/** json-rules-engine conditions, unchanged. */
export type Condition = AllCondition | AnyCondition | NotCondition | NamedCondition | FactCondition;

export interface AllCondition {
  readonly all: readonly Condition[];
}
export interface AnyCondition {
  readonly any: readonly Condition[];
}
export interface NotCondition {
  readonly not: Condition;
}
export interface NamedCondition {
  readonly condition: string;
}
export interface FactCondition {
  readonly fact: string;
  readonly operator: string;
  readonly value: FactReference | Scalar | null | readonly (Scalar | null)[];
  readonly params?: Readonly<Record<string, unknown>>;
  readonly path?: string;
}

/** A `value` that is itself a fact. */
export interface FactReference {
  readonly fact: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly path?: string;
}
