import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCity } from '../../config/city-folder.ts';
import type { Rule } from '../../model/rule.ts';
import { checkRules } from '../load-definition.ts';
import { CHECKOUT } from '../test-rig.ts';
import { catalogueText } from './catalogue.ts';
import { readSigns } from './read-signs.ts';

const RULES = join(CHECKOUT, 'rules');
const signs = readSigns(RULES);

describe('the catalogue of rules', () => {
  let rules: readonly Rule[] = [];
  beforeAll(async () => {
    const checked = await checkRules(RULES, await readCity(join(CHECKOUT, 'fixtures/xuhui')));
    expect(checked.problems).toEqual([]);
    rules = checked.rules.rules;
  });

  it('is what `npm run catalogue` would write', () => {
    expect(readFileSync(join(RULES, 'CATALOGUE.md'), 'utf8')).toBe(catalogueText(rules, signs));
  });

  it('has a rule for each of the 74 signs, and no other', () => {
    expect(signs.map(({ n }) => n)).toEqual(Array.from({ length: 74 }, (_, i) => i + 1));
    expect(rules.map(({ id }) => id).sort()).toEqual(signs.map(({ id }) => id).sort());
  });

  it('has every rule in the domain of its sign, and by its name', () => {
    for (const sign of signs) {
      const rule = rules.find(({ id }) => id === sign.id);
      expect([rule?.id, rule?.domain]).toEqual([sign.id, sign.domain]);
    }
  });

  it('has one row for each rule, with a cell under every title', () => {
    const text = catalogueText(rules, signs);
    const rows = text.split('\n').filter((line) => /^\| (\d+|–) \| \[/.test(line));
    expect(rows).toHaveLength(74);
    // A bar in a cell is escaped.
    for (const row of rows) expect(row.split(/(?<!\\)\|/), row).toHaveLength(16);
  });

  it('gives every level its evidence, and says in both languages what that is worth', () => {
    const text = catalogueText(rules, signs);
    const marks = text
      .split('\n')
      .filter((line) => /^\| \d/.test(line))
      .flatMap((line) => [...line.matchAll(/ \*\*[VSME]\*\* \|/g)]);
    expect(marks).toHaveLength(rules.reduce((sum, { levels }) => sum + levels.length, 0));
    expect(text).toContain('E 与 M 不是标准');
    expect(text).toContain('E and M are no standard');
  });
});
