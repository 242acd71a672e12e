import type { Rule } from '../model/rule.ts';

/**
 * The one rule that comes with the engine: it watches the gateways, not the city. A gateway that is out is one alert, and the
 * silence of its sensors is then nobody's alarm.
 */
export const GATEWAY_RULE: Rule = {
  kind: 'rule',
  id: 'gateway-down',
  version: 1,
  title: { zh: '网关失联', en: 'Gateway out' },
  domain: 'iot',
  unit: 'state',
  scope: 'gateway',
  split: null,
  models: [],
  value: { fact: 'gateway-down' },
  levels: [
    {
      level: 'orange',
      when: { all: [{ fact: 'value', operator: 'equal', value: 1 }] },
      hold: 0,
      clearWhen: null,
      clearHold: 0,
      evidence: 'E',
      source: 'engineering default: three of its fastest cadence, never less than a minute',
    },
  ],
  conditions: {},
  latch: false,
  lateness: 0,
  stale: null,
  flap: null,
  onChange: 'keep',
  order: {
    kind: 'gateway',
    from: 'orange',
    lead: 'ops',
    support: [],
    due: { accept: 900_000, arrive: 3_600_000, close: 86_400_000 },
  },
  source: { standard: 'none: engineering default', effectiveFrom: null, note: 'Built in.' },
};
