import { describe, expect, it } from 'vitest';
import { checkTest } from './check-test.ts';
import type { RuleTestCase, TestInput } from './rule-test-file.ts';
import { altered, assembled, failing, PONDING, ran } from './test-rig.ts';

function read(at: string, depth: number, over: Partial<TestInput> = {}): TestInput {
  return { at, values: { depth }, ...over };
}

function written(over: Partial<RuleTestCase>): { readonly cases: readonly RuleTestCase[] } {
  return { cases: [{ name: 'one', input: [], expect: [], ...over }] };
}

const FLOOD = [read('0s', 30), read('10m', 0)];
const ROSE_AND_FELL = [
  { at: '0s', key: 'sensor:s1', level: 'red' },
  { at: '10m', key: 'sensor:s1', level: 'blue' },
] as const;

describe('a written case', () => {
  it('passes only where every change is as expected', () => {
    expect(failing(PONDING, written({ input: FLOOD, expect: ROSE_AND_FELL }))).toEqual({});
    expect(failing(PONDING, written({ input: FLOOD, expect: ROSE_AND_FELL.slice(0, 1) }))).toEqual({
      one: ['level change 2: expected nothing, got 10m sensor:s1 blue'],
    });
    expect(failing(PONDING, written({ input: FLOOD, expect: [{ at: '1s', level: 'red' }, { level: 'blue' }, { level: null }] }))).toEqual({
      one: ['level change 1: expected 1s red, got 0s sensor:s1 red', 'level change 3: expected none, got nothing'],
    });
  });

  it('says why the input was refused', () => {
    expect(failing(PONDING, written({ input: [read('0s', 1, { sensor: 'nobody' })] }))['one']?.[0]).toMatch(
      /^input refused: sensor-unknown/,
    );
  });

  it('lets the clock run on for a rule that waits, and drops what happens after the end', () => {
    const late = altered(PONDING, { lateness: '5m' });
    expect(failing(late, written({ input: FLOOD, expect: ROSE_AND_FELL }))).toEqual({});
    expect(failing(late, written({ input: FLOOD, until: '20m', expect: [...ROSE_AND_FELL, { at: '20m', level: null }] }))).toEqual({});
    expect(failing(late, written({ input: FLOOD, until: '19m59s', expect: ROSE_AND_FELL }))).toEqual({});
  });

  it('has a reading arrive later than it was taken', () => {
    const input = [read('2m', 30), read('1m', 30, { receivedAfter: '2m' })];
    expect(failing(altered(PONDING, { lateness: '5m' }), written({ input, expect: [{ at: '1m', level: 'red' }] }))).toEqual({});
    expect(failing(PONDING, written({ input, expect: [{ at: '2m', level: 'red' }] }))).toEqual({});
  });

  it('reads local times in the zone of its city', () => {
    const noon = altered(PONDING, {}, { red: { when: { all: [{ fact: 'time', params: { as: 'hour' }, operator: 'equal', value: 12 }] } } });
    const at = (zone: string): Record<string, readonly string[]> =>
      failing(noon, {
        city: { zone },
        ...written({ start: '2026-06-01T12:00:00+08:00', input: [read('0s', 0)], expect: [{ at: '0s', level: 'red' }] }),
      });
    expect(at('Asia/Shanghai')).toEqual({});
    expect(Object.keys(at('Europe/Berlin'))).toEqual(['one']);
  });

  it('brings a reading through the gateway of its sensor, or the one that it names', () => {
    const city = { sensors: [{ id: 's1', gateway: 'gw-1' }, { id: 's2' }] };
    const gateway = altered(PONDING, { scope: 'gateway', value: { fact: 'count', params: { of: 'depth', window: '1h' } } });
    const input = (over: Partial<TestInput>): readonly TestInput[] =>
      Array.from({ length: 21 }, (_, i) => read(`${i}s`, 1, { sensor: 's1', ...over }));
    expect(failing(gateway, { city, ...written({ input: input({}), expect: [{ key: 'gateway:gw-1', level: 'red' }] }) })).toEqual({});
    const other = failing(gateway, { city, ...written({ input: input({ gateway: 'gw-2' }) }) });
    expect(other['one']?.[0]).toMatch(/^input refused: /);
    expect(failing(PONDING, { city, ...written({ input: [read('0s', 1, { sensor: 's2', gateway: 'gw-2' })] }) })).toEqual({});
  });

  it('loads other rules beside it, and looks at none of theirs', () => {
    const heavy = assembled({ ...PONDING, id: 'rain', value: { fact: 'last', params: { of: 'rain' } } });
    const asking = altered(
      PONDING,
      {},
      { red: { when: { all: [{ fact: 'sign', params: { sign: 'rain', as: 'level' }, operator: 'equal', value: 4 }] } } },
    );
    const input: TestInput[] = [{ at: '0s', values: { depth: 1, rain: 50 } }];
    const orders = [{ level: 'red', parties: ['water'], state: 'open' }] as const;
    const test = written({ input, expect: [{ level: 'red' }], orders, alerts: [{ state: 'firing', level: 'red' }] });
    expect(failing(asking, { with: ['rain'], ...test }, [heavy])).toEqual({});
    expect(Object.keys(failing(asking, test, [heavy]))).toEqual(['one']);
    const quiet = written({ input, expect: [], orders: [], alerts: [] });
    expect(failing(PONDING, { with: ['rain'], ...quiet }, [heavy])).toEqual({});
  });

  it('looks at orders, and lets parties answer', () => {
    const test = (orders: RuleTestCase['orders']): Record<string, readonly string[]> =>
      failing(PONDING, written({ input: FLOOD, expect: ROSE_AND_FELL, orders: orders ?? [] }));
    expect(test([{ level: 'blue', parties: ['water'], state: 'open' }])).toEqual({});
    expect(test([])['one']?.[0]).toMatch(/^orders: expected 0, got 1: /);
    const receipts = [
      { at: '1m', party: 'water', state: 'accepted' },
      { at: '2m', party: 'water', state: 'on-site' },
      { at: '3m', party: 'water', state: 'resolved' },
    ] as const;
    const answered = written({ input: [read('0s', 30)], receipts, until: '5m', expect: [{ level: 'red' }], orders: [{ state: 'open' }] });
    expect(failing(PONDING, answered)['one']?.[0]).toMatch(/^order 1: expected \{"state":"open"\}, got .*"state":"closed"/);
  });

  it('lets a person reset what is latched, and looks at the alerts at the end', () => {
    const latched = altered(PONDING, { latch: true });
    const test = (over: Partial<RuleTestCase>): Record<string, readonly string[]> =>
      failing(latched, written({ input: FLOOD, until: '1h', expect: [...ROSE_AND_FELL, { at: '20m', level: null }], ...over }));
    expect(test({ alerts: [{ key: 'sensor:s1', state: 'firing', level: 'blue' }] })).toEqual({});
    expect(test({ resets: [{ at: '15m' }], alerts: [{ state: 'firing' }] })).toEqual({});
    expect(test({ resets: [{ at: '30m' }], alerts: [{ state: 'resolved' }] })).toEqual({});
    expect(test({ resets: [{ at: '30m' }], alerts: [{ state: 'firing' }] })['one']?.[0]).toMatch(
      /^alert 1: expected .*"firing".*"resolved"/,
    );
  });

  it('does not list an alert that was only held', () => {
    expect(failing(PONDING, written({ input: [read('0s', 6), read('1m', 0)], until: '5m', alerts: [] }))).toEqual({});
  });

  it('says which rule could not be compiled', () => {
    const broken = altered(PONDING, { value: { fact: 'nonsense' } });
    expect(ran(broken, written({}))[0]?.differences[0]).toMatch(/^ponding\.rule\.json:/);
  });
});

describe('what a test asks of its folder', () => {
  const rules = [assembled(PONDING)];
  it('wants its rule, and those beside it, to be there', () => {
    expect(checkTest({ rule: 'gone', with: ['ponding', 'rain'] }, 'x.rule-test.json', rules)).toMatchObject([
      { code: 'rule-test-orphan', pointer: '/rule' },
      { code: 'rule-sign-unknown', pointer: '/with/1' },
    ]);
  });

  it('wants plain values to have a measure', () => {
    const rung = { safe: { depth: 1 }, edge: { depth: 2 }, past: { depth: 3 } };
    const ladder = { every: '1m', rest: { depth: 0 }, levels: { red: rung } };
    expect(checkTest({ rule: 'ponding', ladders: [ladder] }, 'x', rules)).toEqual([]);
    expect(checkTest({ rule: 'ponding', ladders: [{ ...ladder, levels: { red: { ...rung, stay: 2 } } }] }, 'x', rules)).toMatchObject([
      { code: 'rule-schema', pointer: '/ladders/0' },
    ]);
  });
});
