import { assembleRule } from '../../config/rule-assembly.ts';
import type { RuleFile } from '../../config/rule-file-shape.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Ladder, RuleTestFile } from './rule-test-file.ts';
import { runRuleTests, type RuleTestResult, type Surroundings } from './run-rule-tests.ts';

/** For tests: blue from 5 cm for 2 minutes, until it was below 3 cm for 10; red from 20 cm at once, until it is below 15. */
export const PONDING: RuleFile = {
  id: 'ponding',
  version: 1,
  title: { zh: '积水', en: 'Ponding' },
  domain: 'flood',
  unit: 'cm',
  scope: 'sensor',
  value: { fact: 'last', params: { of: 'depth' } },
  levels: {
    blue: {
      when: { all: [{ fact: 'value', operator: 'greaterThanInclusive', value: 5 }] },
      for: '2m',
      clear: { when: { all: [{ fact: 'value', operator: 'lessThan', value: 3 }] }, for: '10m' },
      evidence: 'E',
      source: 'engineering default',
    },
    red: {
      when: { all: [{ fact: 'value', operator: 'greaterThan', value: 20 }] },
      clear: { when: { all: [{ fact: 'value', operator: 'lessThan', value: 15 }] } },
      evidence: 'E',
      source: 'engineering default',
    },
  },
  stale: '1h',
  order: { kind: 'flood', from: 'red', lead: 'water', support: [], due: { accept: '15m', arrive: '30m', close: '6h' } },
  source: { standard: 'none', effectiveFrom: null, note: 'for tests' },
};

export const PONDING_LADDER: Ladder = {
  measure: 'depth',
  every: '1m',
  rest: 0,
  levels: {
    blue: { safe: 4.9, edge: 5, past: 5.1, after: '2m', stay: 3, clear: 2.9, cleared: '10m' },
    red: { safe: 19.9, edge: 20, edgeRaises: false, past: 20.1, stay: 15, clear: 14.9, cleared: '0s' },
  },
  silence: { for: '2h', level: 'keeps' },
};

export const PARTIES: City['parties'] = [{ id: 'water', title: { zh: '水务', en: 'Water' }, perStreet: false }];

export function assembled(file: RuleFile): Rule {
  return assembleRule(file, file.id, []);
}

/** The same file with other members, and other members of its levels. */
export function altered(
  file: RuleFile,
  over: Partial<RuleFile>,
  levels: { readonly [L in keyof RuleFile['levels']]?: Partial<NonNullable<RuleFile['levels'][L]>> } = {},
): RuleFile {
  const changed = Object.entries(levels).map(([level, more]) => [level, { ...file.levels[level as keyof RuleFile['levels']], ...more }]);
  return { ...file, ...over, levels: { ...file.levels, ...(Object.fromEntries(changed) as RuleFile['levels']) } };
}

/** A ladder or cases, run on a rule. */
export function ran(file: RuleFile, test: Partial<RuleTestFile>, beside: readonly Rule[] = []): RuleTestResult[] {
  const surroundings: Surroundings = { rules: [assembled(file), ...beside], parties: PARTIES };
  return [...runRuleTests(assembled(file), { rule: file.id, ...test }, surroundings)];
}

/** Name and differences of each case that fails. */
export function failing(file: RuleFile, test: Partial<RuleTestFile>, beside: readonly Rule[] = []): Record<string, readonly string[]> {
  return Object.fromEntries(
    ran(file, test, beside)
      .filter(({ passed }) => !passed)
      .map(({ name, differences }) => [name, differences]),
  );
}
