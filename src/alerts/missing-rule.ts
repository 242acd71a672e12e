import type { Alert } from '../model/alert.ts';
import type { Rule } from '../model/rule.ts';

/** Stands in where an alert outlived its rule: such an alert can only end, so nothing of the rule is asked but its name. */
export function missingRule(alert: Alert): Rule {
  return {
    kind: 'rule',
    id: alert.rule,
    version: alert.version,
    title: { zh: alert.rule, en: alert.rule },
    domain: '',
    unit: '',
    scope: 'sensor',
    split: null,
    models: [],
    value: { fact: 'value' },
    levels: [],
    conditions: {},
    latch: true,
    lateness: 0,
    stale: null,
    flap: null,
    onChange: 'keep',
    order: null,
    source: { standard: '', effectiveFrom: null, note: '' },
  };
}
