import type { ExplainedComparison, ExplainedCondition } from '../../model/explanation.ts';

/** The first comparison that makes a condition what it is. */
export interface DecidingLeaf {
  readonly leaf: ExplainedComparison;
  /** It stands under a `not`: the condition wants it otherwise. */
  readonly negated: boolean;
  /** The named condition that it stands in, the innermost. */
  readonly name: string | null;
  /** How many others beside it would have done as well, and did not. */
  readonly others: number;
}

const OPPOSITE = { true: 'false', false: 'true', unknown: 'unknown' } as const;

export function decidingLeaf(condition: ExplainedCondition, truth: ExplainedCondition['truth']): DecidingLeaf | null {
  const { kind, children, leaf, name } = condition;
  if (leaf !== null) return { leaf, negated: false, name, others: 0 };
  const wanted = kind === 'not' ? OPPOSITE[truth] : truth;
  for (const child of children) {
    if (child.truth !== wanted) continue;
    const found = decidingLeaf(child, wanted);
    if (found === null) continue;
    const others = kind === 'any' && truth === 'false' ? children.length - 1 : 0;
    return { ...found, negated: kind === 'not' ? !found.negated : found.negated, name: found.name ?? name, others: found.others + others };
  }
  return null;
}
