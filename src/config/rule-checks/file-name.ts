import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';

export const RULE_FILE_ENDING = '.rule.json';

/** Id and domain are those of the path. */
export function checkName(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  const steps = file.split('/');
  const name = steps.at(-1) as string;
  if (name !== rule.id + RULE_FILE_ENDING) {
    const message = `Name the file "${rule.id}${RULE_FILE_ENDING}", or change the id to match the file.`;
    problems.push({ code: 'rule-id-file', file, pointer: '/id', message });
  }
  const folder = steps.at(-2);
  if (folder !== undefined && folder !== rule.domain) {
    const message = `The file lies in the folder "${folder}"; move it to "${rule.domain}", or change the domain.`;
    problems.push({ code: 'rule-domain-folder', file, pointer: '/domain', message });
  }
  return problems;
}
