import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseRule } from '../config/rule-file.ts';
import { readRules } from '../config/rules-folder.ts';
import { ruleView } from './rule-view.ts';
import { apiOf } from './test-rig.ts';

const { ruleSet } = await readRules(fileURLToPath(new URL('../../rules/', import.meta.url)));

describe('a rule as the API shows it', () => {
  it.each(ruleSet.rules.map((rule) => [rule.id, rule] as const))('%s is its file again', (id, rule) => {
    const text = JSON.stringify(ruleView(rule));
    expect(parseRule(text, `${id}.rule.json`)).toEqual({ rule, problems: [] });
    expect(text).not.toMatch(/"(kind":"rule|hold|clearHold)"/);
  });

  it('has its durations as people write them', async () => {
    const { api } = await apiOf({ rules: () => ruleSet.rules });
    const shown = (await api.inject('/api/v1/rules/smoke-alarm')).json();
    expect(shown).toMatchObject({
      clock: 'wall',
      lateness: '0s',
      stale: null,
      order: { due: { accept: '1m', arrive: '5m', close: '1h' } },
    });
    expect(shown.levels.orange).toMatchObject({ for: '0s' });
    expect(shown.kind).toBeUndefined();
  });
});
