import { describe, expect, it } from 'vitest';
import type { FactReference } from '../../model/condition.ts';
import type { Rule } from '../../model/rule.ts';
import type { Scalar } from '../../model/text.ts';
import { Engine } from '../engine.ts';
import { cityOf, levelOf, Rig, ruleOf, sensorOf } from '../test-rig.ts';
import { explained, H, M, T0 } from './test-rig.ts';

type Feed = readonly (readonly [at: number, values: Readonly<Record<string, Scalar>>])[];

const of = { of: 'x' };
const last: FactReference = { fact: 'last', params: of };

/** A rule that hears `y` as well, so that a key may be there without what is asked for. */
function ruleFor(value: FactReference, over: Partial<Rule> = {}): Rule {
  const seen = { fact: 'count', params: { of: 'y', window: '1h' }, operator: 'greaterThan', value: 1e6 };
  return ruleOf({
    value,
    levels: [levelOf('blue', 5, { when: { any: [{ condition: 'seen' }, { fact: 'value', operator: 'equal', value: 1 }] } })],
    ...over,
    conditions: { seen, ...over.conditions },
  });
}

/** Code and sentence of the reason why the rule's value is not known. */
function why(rule: Rule, feed: Feed, now: number, others: readonly Rule[] = []): string {
  const rig = new Rig([rule, ...others]);
  for (const [at, values] of feed) rig.read(T0 + at, values);
  const { unknown, value } = explained(rig.engine, T0 + now).value;
  return unknown === null ? `known: ${String(value)}` : `${unknown.code}: ${unknown.text.en}`;
}

const Y: Feed = [[0, { y: 1 }]];
const x = (...values: readonly number[]): Feed => values.map((value, i) => [i * M, { x: value }]);

interface Case {
  readonly fact: FactReference;
  readonly feed: Feed;
  readonly now: number;
  readonly rule?: Partial<Rule>;
}

function whyOf({ fact, feed, now, rule }: Case): string {
  return why(ruleFor(fact, rule), feed, now);
}

describe('why a fact is not known', () => {
  it.each<[string, Case]>([
    ['no-sample: last(x) has had no reading yet', { fact: last, feed: Y, now: 0 }],
    [
      'no-sample: last(x) has had no plausible reading yet',
      { fact: { fact: 'last', params: { ...of, within: [0, 1] } }, feed: x(5), now: 0 },
    ],
    ['no-sample: absence(x) has had no reading yet', { fact: { fact: 'absence', params: of }, feed: Y, now: 0 }],
    [
      'too-few-samples: 2 of the 3 samples that it needs',
      { fact: { fact: 'rank', params: { ...of, last: 3, rank: 3 } }, feed: x(1, 2), now: M },
    ],
    [
      'attribute-missing: the registry gives this sensor no floor',
      { fact: { fact: 'sensor', params: { attribute: 'floor' } }, feed: Y, now: 0 },
    ],
    ['attribute-missing: the registry gives One no area', { fact: { fact: 'place', params: { attribute: 'area' } }, feed: Y, now: 0 }],
    [
      'no-sample: nobody was counted since the last reset',
      { fact: { fact: 'occupancy', params: { in: 'x', out: 'z', reset: '04:00' } }, feed: Y, now: 0 },
    ],
  ])('%s', (said, one) => {
    expect(whyOf(one)).toBe(said);
  });

  it.each<[string, Case]>([
    [
      'empty-window: no sample of x in the last 5m (newest reading 00:00:00)',
      { fact: { fact: 'mean', params: { ...of, window: '5m' } }, feed: x(1), now: 6 * M },
    ],
    [
      'empty-window: no plausible sample of x in the last 5m, though it is heard',
      { fact: { fact: 'sum', params: { ...of, window: '5m', within: [0, 1] } }, feed: x(7), now: 0 },
    ],
    [
      'empty-window: no sample of x in the last 1h, though it is heard',
      { fact: { fact: 'increase', params: { ...of, window: '1h' } }, feed: Y, now: 0 },
    ],
    [
      'empty-window: no sample in the window of mean(x, 1h, kind tumbling, ago 1)',
      { fact: { fact: 'mean', params: { ...of, window: '1h', kind: 'tumbling', ago: 1 } }, feed: x(1), now: M },
    ],
    [
      'no-session: no session of readings stands now',
      { fact: { fact: 'sum', params: { ...of, window: '1h', kind: 'session', gap: '5m' } }, feed: x(1), now: 6 * M },
    ],
    [
      'coverage: its 3 samples cover 3m of the 10m that it needs',
      { fact: { fact: 'mean', params: { ...of, window: '15m', coverage: '10m' } }, feed: x(1, 1, 1), now: 2 * M },
    ],
    [
      'coverage: its 3 samples cover 3m of the 10m that it needs',
      { fact: { fact: 'min', params: { ...of, window: '15m', coverage: '10m' } }, feed: x(3, 2, 1), now: 2 * M },
    ],
    [
      'coverage: its 2 samples cover 2m of the 10m that it needs',
      { fact: { fact: 'mean', params: { ...of, window: '1h', kind: 'tumbling', coverage: '10m' } }, feed: x(1, 1), now: M },
    ],
    [
      'too-few-samples: 1 of the 2 samples that it needs',
      { fact: { fact: 'stddev', params: { ...of, window: '5m' } }, feed: x(1), now: 0 },
    ],
    [
      'too-few-samples: 1 of the 2 samples that it needs',
      { fact: { fact: 'rate', params: { ...of, window: '5m', per: '1m' } }, feed: x(1), now: 0 },
    ],
    [
      'no-earlier-sample: no sample is as old as 5m to compare with',
      { fact: { fact: 'change', params: { ...of, window: '5m' } }, feed: x(1, 2), now: M },
    ],
    [
      'zero-divisor: it began at 0, of which there is no percentage',
      { fact: { fact: 'change', params: { ...of, window: '1m', as: 'percent' } }, feed: x(0, 2), now: M },
    ],
    [
      'members-unknown: none of its 1 sensors has a value that counts',
      { fact: { fact: 'max', params: { ...of, window: '5m', across: 'sum' } }, feed: Y, now: 0 },
    ],
  ])('over a window: %s', (said, one) => {
    expect(whyOf(one)).toBe(said);
  });

  it.each<[string, Case]>([
    ['zero-divisor: (last(x) ÷ 0) would divide by zero', { fact: { fact: 'ratio', params: { of: last, to: 0 } }, feed: x(1), now: 0 }],
    ['no-sample: last(x) has had no reading yet', { fact: { fact: 'ratio', params: { of: last, to: 2 } }, feed: Y, now: 0 }],
    [
      'attribute-missing: place.area: the registry gives One no area',
      { fact: { fact: 'difference', params: { of: 1, minus: { fact: 'place', params: { attribute: 'area' } } } }, feed: Y, now: 0 },
    ],
    [
      'no-sample: last(x) has had no reading yet',
      {
        fact: { fact: 'choose', params: { when: 'hot', then: 1, else: 2 } },
        feed: Y,
        now: 0,
        rule: { conditions: { hot: { ...last, operator: 'equal', value: 1 } } },
      },
    ],
    [
      'too-little-history: too little history: the same slot of 0 earlier weeks, 2 are needed',
      { fact: { fact: 'robust-z', params: { of: last, slot: '1h' } }, feed: x(1), now: 0 },
    ],
    [
      'too-little-history: there is too little history yet',
      { fact: { fact: 'ears', params: { of: last, method: 'C1' } }, feed: x(1), now: 0 },
    ],
  ])('made of others: %s', (said, one) => {
    expect(whyOf(one)).toBe(said);
  });

  it('another sign has no key there, is silent there, or knows nothing itself', () => {
    const sign = (at: string): FactReference => ({ fact: 'sign', params: { sign: 'r0', at } });
    const other = ruleOf({ id: 'r0', scope: 'sensor', value: { fact: 'last', params: { of: 'z' } }, stale: 10 * M });
    expect(why(ruleFor(sign('same')), Y, 0, [other])).toBe('sign-no-key: the sign r0 has no key at the same key');
    const spoke: Feed = [
      [0, { z: 1 }],
      [H, { y: 1 }],
    ];
    expect(why(ruleFor(sign('district')), spoke, H, [other])).toBe(
      'sign-stale: the sign r0 has been silent in the district for longer than 10m',
    );
    const unknown = {
      ...other,
      value: { fact: 'place', params: { attribute: 'area' } },
      levels: [levelOf('red', 1, { when: { fact: 'last', params: { of: 'z' }, operator: 'equal', value: 7 } })],
    };
    expect(why(ruleFor(sign('place')), [[0, { z: 1, y: 1 }]], 0, [unknown])).toBe(
      'sign-unknown: the value of the sign r0 at this place is not known',
    );
    expect(why(ruleFor({ fact: 'sign', params: { sign: 'gone' } }), Y, 0)).toBe('no-sign: the sign gone is not in force');
  });

  it('a share of silent sensors, of which none has a cadence; a place that is not there', () => {
    const rig = new Rig([
      ruleFor({ fact: 'share', params: { silent: true } }, { scope: 'district' }),
      ruleFor({ fact: 'place', params: { attribute: 'area' } }, { id: 'r2' }),
    ]);
    rig.read(T0, { y: 1 }, sensorOf('s1', { cadence: null, place: null }));
    expect(explained(rig.engine, T0).value.unknown?.code).toBe('no-cadence');
    expect(explained(rig.engine, T0, 's1', 'r2').value.unknown?.code).toBe('no-place');
  });

  it('absence while the gateway is out, or soon after a start', () => {
    const engine = new Engine();
    const rule = ruleOf({ value: { fact: 'absence', params: { unit: 'm' } }, levels: [levelOf('red', 10)] });
    engine.configure([rule], cityOf(), 0, []);
    for (const id of ['s1', 's2', 's3'])
      engine.observe({ sensor: sensorOf(id), values: { x: 1 }, at: T0, receivedAt: T0, gateway: 'gw' }, []);
    engine.advance(T0 + 30 * M, []);
    const out = explained(engine, T0 + 30 * M);
    expect(out.value.unknown?.code).toBe('gateway-out');
    expect(out.summary.en).toBe('unknown: gateway gw is out, so nobody knows whether its sensors are silent');
    expect(out.heldBy.map(({ code }) => code)).toEqual(['gateway-out']);
    engine.settle(T0 + 40 * M);
    const settling = explained(engine, T0 + 31 * M);
    expect(settling.summary.en).toBe('just started: silence is not judged before 00:40:00');
    expect(settling.heldBy.map(({ code }) => code)).toEqual(['settling', 'gateway-out']);
  });
});
