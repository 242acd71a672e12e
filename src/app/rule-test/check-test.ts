import type { Problem } from '../../model/problem.ts';
import type { Rule } from '../../model/rule.ts';
import type { Ladder, Rung, RuleTestFile } from './rule-test-file.ts';

/** What a test asks for that only the rest of its folder can tell, or that no schema can say. */
export function checkTest(test: RuleTestFile, file: string, rules: readonly Rule[]): Problem[] {
  const problems: Problem[] = [];
  const isKnown = (id: string): boolean => rules.some((rule) => rule.id === id);
  if (!isKnown(test.rule)) {
    const message = `There is no valid rule "${test.rule}"; name the rule that this file tests.`;
    problems.push({ code: 'rule-test-orphan', file, pointer: '/rule', message });
  }
  (test.with ?? []).forEach((id, i) => {
    const message = `There is no valid rule "${id}"; name one of this folder.`;
    if (!isKnown(id)) problems.push({ code: 'rule-sign-unknown', file, pointer: `/with/${i}`, message });
  });
  (test.ladders ?? []).forEach((ladder, i) => {
    if (ladder.measure !== undefined || !hasPlainProbe(ladder)) return;
    const message = 'Add "measure", or write every value as {"measure": value}.';
    problems.push({ code: 'rule-schema', file, pointer: `/ladders/${i}`, message });
  });
  return problems;
}

function hasPlainProbe({ rest, levels }: Ladder): boolean {
  const probes = Object.values(levels).flatMap(({ safe, edge, past, stay, clear }: Rung) => [safe, edge, past, stay, clear]);
  return [rest, ...probes].some((probe) => probe !== undefined && typeof probe !== 'object');
}
