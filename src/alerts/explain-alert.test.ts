import { describe, expect, it } from 'vitest';
import type { Alert } from '../model/alert.ts';
import type { Explanation } from '../model/explanation.ts';
import { latchOf, summarizeAlert } from './explain-alert.ts';

const AT = Date.parse('2026-06-01T00:00:00Z');

function alertOf(over: Partial<Alert> = {}): Alert {
  return {
    kind: 'alert',
    id: 'al_1',
    rule: 'r1',
    version: 2,
    subject: { key: 'sensor:s1', sensor: 's1', place: null, street: null },
    state: 'firing',
    level: 'red',
    peak: 'red',
    latched: false,
    since: AT,
    firedAt: AT + 60_000,
    resolvedAt: null,
    value: 7,
    because: { zh: '积水 7 cm', en: 'Water 7 cm' },
    incident: null,
    ...over,
  };
}

const live = (version: number): Explanation => ({ rule: { version }, summary: { zh: '红色告警中', en: 'red stands' } }) as Explanation;

describe('why an alert stands, or stood', () => {
  it('while it is not over, what its rule says now, and which version spoke', () => {
    expect(summarizeAlert(alertOf(), live(2)).en).toBe('red stands');
    expect(summarizeAlert(alertOf(), live(3))).toEqual({
      zh: '红色告警中；由第 2 版触发，现行第 3 版',
      en: 'red stands; version 2 spoke, version 3 is in force',
    });
    expect(summarizeAlert(alertOf(), null).en).toBe('its rule is not in force any more');
  });

  it('latched: that a person must end it comes first', () => {
    const latched = alertOf({ latched: true });
    expect(latchOf(alertOf())).toBeNull();
    expect(summarizeAlert(latched, live(2))).toEqual(latchOf(latched)?.text);
    expect(summarizeAlert(latched, null).zh).toContain('等人复位');
  });

  it('over: what was recorded, with who reset it', () => {
    const over = alertOf({ state: 'resolved', level: 'blue', resolvedAt: AT + 660_400, reset: { by: '王', note: null, at: AT + 660_400 } });
    expect(summarizeAlert(over, null)).toEqual({
      zh: '已解除，历时 10m，最高红色，由 王 复位：积水 7 cm',
      en: 'over after 10m, red at its peak, reset by 王: Water 7 cm',
    });
    const never = alertOf({ state: 'resolved', firedAt: null, resolvedAt: AT + 5_000 });
    expect(summarizeAlert(never, null).en).toBe('it was over before its hold had passed: Water 7 cm');
  });
});
