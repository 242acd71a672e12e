import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Level } from '../model/level.ts';
import type { Rule } from '../model/rule.ts';
import { LATCHING, NO_ORDER, Rig, fireOrder, ruleOf, subjectOf, resetAt } from './test-rig.ts';

const RULES: readonly Rule[] = [ruleOf(), LATCHING, NO_ORDER, ruleOf({ id: 'flood', order: fireOrder({ kind: 'flood', from: 'orange' }) })];
const LEVELS: readonly (Level | null)[] = [null, 'blue', 'yellow', 'orange', 'red'];

interface Act {
  readonly rule: number;
  readonly sensor: number;
  readonly level: number;
  readonly pending: number;
  readonly act: number;
}

const acts = fc.array(
  fc.record({
    rule: fc.nat(RULES.length - 1),
    sensor: fc.nat(3),
    level: fc.nat(4),
    pending: fc.nat(4),
    act: fc.nat(9),
  }),
  { maxLength: 60 },
);

/** Mostly verdicts; now and then an order is closed or an alert reset. Time stands still every third step. */
function play(script: readonly Act[], restart: boolean): Rig {
  const rig = new Rig();
  script.forEach((one, i) => {
    const at = i - (i % 3);
    const incident = rig.incidents().at(-1);
    const latched = [...rig.alerts.firing()].find((alert) => alert.latched);
    const rule = RULES[one.rule] as Rule;
    const subject = subjectOf(`s${one.sensor}`, { place: one.sensor < 2 ? 'mall' : null });
    const pending = one.pending > one.level ? (LEVELS[one.pending] ?? null) : null;
    if (one.act === 0 && incident !== undefined) rig.close(incident, at);
    else if (one.act === 1 && latched !== undefined) rig.alerts.reset(latched.id, resetAt(at), rig.step);
    else rig.say(at, LEVELS[one.level] ?? null, { rule, subject, pending });
    if (restart) rig.restart();
  });
  return rig;
}

describe('replay', () => {
  test('A1 the same calls give the same alerts, incidents and ids', () => {
    fc.assert(
      fc.property(acts, (script) => {
        expect(play(script, false).step).toEqual(play(script, false).step);
      }),
    );
  });

  test('A2 a restart after every step changes nothing', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const stopped = play(script, true);
        const through = play(script, false);
        expect(stopped.step).toEqual(through.step);
        expect(stopped.alerts.snapshot()).toEqual(through.alerts.snapshot());
      }),
      { numRuns: 300 },
    );
  });

  test('no two episodes and no two incidents ever share an id', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { transitions, changes } = play(script, false).step;
        const began = transitions.filter(({ was }) => was === null).map(({ alert }) => alert.id);
        const opened = changes.filter(({ what }) => what === 'opened').map(({ incident }) => incident.id);
        expect(new Set(began).size).toBe(began.length);
        expect(new Set(opened).size).toBe(opened.length);
      }),
      { numRuns: 300 },
    );
  });

  test('an incident is ended exactly when none of its members fires', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const rig = play(script, false);
        const firing = new Set([...rig.alerts.firing()].map(({ id }) => id));
        for (const { incident } of rig.alerts.snapshot().incidents) {
          expect(incident.endedAt === null).toBe(incident.alerts.some((id) => firing.has(id)));
        }
      }),
      { numRuns: 300 },
    );
  });
});
