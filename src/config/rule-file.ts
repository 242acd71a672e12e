import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import { assembleRule } from './rule-assembly.ts';
import { checkConditionLimits } from './rule-checks/condition-limits.ts';
import { checkConditionNames } from './rule-checks/condition-names.ts';
import { checkFactLimits } from './rule-checks/fact-limits.ts';
import { checkParams } from './rule-checks/fact-params.ts';
import { checkFactScope } from './rule-checks/fact-scope.ts';
import { factsOf } from './rule-checks/fact-walk.ts';
import { checkName } from './rule-checks/file-name.ts';
import { checkThresholds } from './rule-checks/impossible-threshold.ts';
import { checkLadderDirection } from './rule-checks/ladder-direction.ts';
import { checkListOperators } from './rule-checks/list-operators.ts';
import { checkMeasureNames, checkUnit, type KnownMeasure } from './rule-checks/measure-names.ts';
import { checkOrder } from './rule-checks/order.ts';
import { checkReading } from './rule-checks/reading-needed.ts';
import { checkStateSize } from './rule-checks/state-size.ts';
import { checkLadder } from './rule-checks/threshold-ladder.ts';
import { checkValueTypes } from './rule-checks/value-type.ts';
import type { RuleFile } from './rule-file-shape.ts';
import { readRuleText } from './rule-text.ts';
import { checkSchema } from './schema-check.ts';

/** A hostile file does not get a report as long as itself. */
const PROBLEM_LIMIT = 20;
/** Lists and objects together; the longest rule of the district has some hundreds. */
const MEMBER_LIMIT = 3_000;

/** What the city knows; names outside it are refused. A part that is left out is not checked. */
export interface Vocabulary {
  readonly measures?: readonly KnownMeasure[];
  readonly parties?: readonly string[];
}

export interface ParsedRule {
  readonly rule: Rule | null;
  readonly problems: Problem[];
}

/**
 * Reads one rule file. The text is untrusted.
 *
 * R1 Nothing recurses into the text before its size, depth and number of conditions are known to be small.
 * R2 No key that names a prototype, and no key twice, gets as far as the parser's result.
 * R3 There is a rule only when there is no problem.
 * R4 Every problem says where it is and how to mend it.
 */
export function parseRule(text: string, file: string, vocabulary: Vocabulary = {}): ParsedRule {
  const { value, problems } = readRuleText(text, file, MEMBER_LIMIT);
  if (problems.length > 0) return { rule: null, problems };
  const shape = checkConditionLimits(value, file);
  if (shape.length === 0) shape.push(...checkFactLimits(value, file));
  if (shape.length === 0) shape.push(...checkSchema('rule', value, file));
  if (shape.length > 0) return { rule: null, problems: shape };
  const parsed = value as RuleFile;
  const meaning = checkMeaning(parsed, file, vocabulary);
  const rule = assembleRule(parsed, file, meaning);
  return { rule: meaning.length === 0 ? rule : null, problems: meaning.slice(0, PROBLEM_LIMIT) };
}

function checkMeaning(rule: RuleFile, file: string, { measures, parties }: Vocabulary): Problem[] {
  const facts = factsOf(rule);
  const params = checkParams(facts, file);
  const problems = [
    ...checkName(rule, file),
    ...checkConditionNames(rule, file),
    ...checkListOperators(rule, file),
    ...checkValueTypes(rule, file),
    // What follows from parameters is worked out when they are right.
    ...(params.length > 0 ? params : [...checkThresholds(rule, file), ...checkStateSize(facts, file)]),
    ...checkFactScope(facts, rule.scope, file),
    ...(measures === undefined ? [] : [...checkMeasureNames(facts, file, measures), ...checkUnit(rule, file, measures)]),
    ...checkLadder(rule, file),
    ...checkLadderDirection(rule, file),
    ...checkOrder(rule, file, parties),
  ];
  // A slip elsewhere may be why no reading is asked for.
  return problems.length > 0 ? problems : checkReading(facts, file);
}
