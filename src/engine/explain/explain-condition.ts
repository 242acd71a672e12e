import type { FactReference } from '../../model/condition.ts';
import type { ExplainedComparison, ExplainedCondition, ExplainedFact } from '../../model/explanation.ts';
import { isReference, TRUE, UNKNOWN, type ConditionLeaf, type ConditionNode, type Truth } from '../condition/compile-condition.ts';
import { operandsOf, watchedBy } from './operands.ts';
import { KEY, namedTree } from './replica.ts';
import type { Sight } from './sight.ts';
import { whyConditionUnknown, whyUnknown } from './why-unknown.ts';
import { factText, lineText, seenText } from './words.ts';

export function truthWord(truth: Truth): ExplainedCondition['truth'] {
  return truth === UNKNOWN ? 'unknown' : truth === TRUE ? 'true' : 'false';
}

/** The condition as it stands, with what each of its comparisons saw. */
export function explainCondition(node: ConditionNode<number>, sight: Sight): ExplainedCondition {
  const { kind, pointer, name } = node;
  return {
    kind,
    pointer,
    name,
    truth: truthWord(node.test(KEY)),
    children: node.children.map((child) => explainCondition(child, sight)),
    leaf: node.leaf === null ? null : explainComparison(node, node.leaf, sight),
  };
}

function explainComparison(node: ConditionNode<number>, leaf: ConditionLeaf<number>, sight: Sight): ExplainedComparison {
  const { value, operator } = leaf;
  const left = explainFact(leaf.fact, leaf.left(KEY), sight);
  const right = isReference(value) ? { fact: explainFact(value, leaf.right(KEY), sight) } : { value: sight.shown(value) };
  return {
    text: `${left.text} (${seenText(left, sight.rule.unit)}) ${lineText(operator, right)}`,
    left,
    operator,
    right,
    unknown: node.test(KEY) === UNKNOWN ? whyConditionUnknown(node, sight) : null,
  };
}

/** A fact with what it is made of; the rule's own `value` is explained once, beside the conditions. */
export function explainFact(reference: FactReference, value: unknown, sight: Sight): ExplainedFact {
  const own = reference.fact === 'value';
  const watched = own ? null : watchedBy(reference);
  const tree = watched === null ? null : namedTree(sight.replica, watched);
  return {
    ...reference,
    text: factText(reference),
    value: sight.shown(value),
    unknown: value === undefined ? whyUnknown(reference, sight) : null,
    parts: own ? [] : operandsOf(reference).map((operand) => explainFact(operand, sight.ask(operand), sight)),
    condition: tree === null ? null : { ...explainCondition(tree, sight), name: watched },
  };
}
