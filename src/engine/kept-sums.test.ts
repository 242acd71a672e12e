import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactReference } from '../model/condition.ts';
import type { Millis } from '../model/time.ts';
import { levelOf, Rig, ruleOf, sensorOf } from './test-rig.ts';

const M = 60_000;
const STALE = 5 * M;

/** One word: who, after how long, what; some words are of a time that has passed. */
interface Word {
  readonly sensor: number;
  readonly after: Millis;
  readonly late: Millis;
  readonly x: number;
}

const WORDS = fc.array(
  fc.record({
    sensor: fc.integer({ min: 0, max: 3 }),
    after: fc.constantFrom(0, 1, M, STALE - 1, STALE, STALE + 1, 2 * STALE),
    late: fc.constantFrom(0, 0, 0, M, STALE, 2 * STALE),
    x: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The newest word of each sensor that is not silent, by a list that is gone through each time. */
class Ledger {
  private readonly newest = new Map<number, { readonly at: Millis; readonly x: number }>();

  note(sensor: number, at: Millis, x: number): void {
    const before = this.newest.get(sensor);
    if (before === undefined || at >= before.at) this.newest.set(sensor, { at, x });
  }

  sum(at: Millis): number | null {
    const heard = [...this.newest.values()].filter((word) => at - word.at <= STALE);
    return heard.length === 0 ? null : heard.reduce((sum, { x }) => sum + x, 0);
  }
}

function askedAfter(words: readonly Word[], rules: ConstructorParameters<typeof Rig>[0]): void {
  const rig = new Rig(rules);
  const ledger = new Ledger();
  let now = 20 * STALE;
  for (const { sensor, after, late, x } of words) {
    now += after;
    const at = now - late;
    rig.pass(now).observe(at, { x }, sensorOf(`s${sensor}`));
    ledger.note(sensor, at, x);
    // Asked at the time that the clock says, by one who has nothing else to say.
    rig.observe(now, { tick: 1 }, sensorOf('asker'));
    const [standing] = rig.engine.standings('asks');
    expect(standing?.at).toBe(now);
    expect(standing?.value ?? null).toBe(ledger.sum(now));
  }
}

function asks(value: FactReference): ReturnType<typeof ruleOf> {
  return ruleOf({ id: 'asks', scope: 'place', stale: STALE, value, conditions: TICKS, levels: [levelOf('red', 5), TICKING] });
}
const TICKS = { ticks: { all: [{ fact: 'last', params: { of: 'tick' }, operator: 'equal', value: 2 }] } };
const TICKING = levelOf('blue', 0, { when: { all: [{ condition: 'ticks' }] } });

describe('what many have said is kept until one of them says something else, falls silent or is heard again', () => {
  it('for the members of a key', () => {
    const sums = asks({ fact: 'last', params: { of: 'x', across: 'sum' } });
    fc.assert(fc.property(WORDS, (words) => askedAfter(words, [sums])));
  });

  it('for another sign over an area', () => {
    const said = ruleOf({ id: 'says', stale: STALE, models: ['gauge'] });
    const sums = asks({ fact: 'sign', params: { sign: 'says', at: 'district', across: 'sum' } });
    fc.assert(fc.property(WORDS, (words) => askedAfter(words, [said, sums])));
  });
});
