import type { Problem } from '../model/problem.ts';
import { jsonFault } from './json-fault.ts';
import { guardJson } from './json-guard.ts';
import { checkMembers } from './rule-checks/members.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';

/** Bytes. */
export const RULE_FILE_LIMIT = 65_536;

/**
 * Text to a value, or the problems that forbid it.
 * @param most members that all its lists and objects may have together.
 */
export function readRuleText(text: string, file: string, most: number): { value: unknown; problems: Problem[] } {
  const refuse = (code: RuleProblemCode, message: string): { value: unknown; problems: Problem[] } => ({
    value: null,
    problems: [{ code, file, pointer: '', message }],
  });
  if (text.length > RULE_FILE_LIMIT || Buffer.byteLength(text) > RULE_FILE_LIMIT) {
    return refuse('rule-too-large', `Keep the file under ${RULE_FILE_LIMIT / 1024} KB.`);
  }
  const problems = guardJson(text, file);
  if (problems.length > 0) return { value: null, problems };
  try {
    const value: unknown = JSON.parse(text);
    const found = checkMembers(value, file, most);
    return found.length > 0 ? { value: null, problems: found } : { value, problems: [] };
  } catch (error) {
    return refuse('rule-json', jsonFault(text, error as Error));
  }
}
