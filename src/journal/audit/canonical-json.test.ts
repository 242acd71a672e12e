import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { KnownOrders } from './known-orders.ts';
import { AuditRig, orderOf } from './test-rig.ts';

describe('canonical JSON', () => {
  it('says what JSON says, whatever the value', () => {
    const same = (value: unknown): void => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    };
    fc.assert(fc.property(fc.jsonValue(), same));
    const escaped = (value: string): void => {
      expect(canonicalJson(value)).toBe(JSON.stringify(value));
    };
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), escaped));
  });

  it('has the same bytes in whatever order the keys were put', () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), { selector: ([key]) => key, maxLength: 8 });
    fc.assert(
      fc.property(entries, fc.integer({ min: 0, max: 7 }), (list, turn) => {
        const turned = [...list.slice(turn), ...list.slice(0, turn)].reverse();
        // Without a prototype, so that a key named __proto__ is one like any other.
        const made = (all: typeof list): unknown => Object.assign(Object.create(null), Object.fromEntries(all));
        expect(canonicalJson(made(turned))).toBe(canonicalJson(made(list)));
      }),
    );
  });

  it('orders keys by their UTF-16 units, numbers among them, and leaves out what is undefined', () => {
    expect(
      canonicalJson({ b: 1, a: { '9': 1, '10': 2, é: 3, '\u{1f600}': 4, '\ufb33': 5 }, gone: undefined, list: [undefined, null] }),
    ).toBe('{"a":{"10":2,"9":1,"é":3,"\u{1f600}":4,"\ufb33":5},"b":1,"list":[null,null]}');
  });

  it('writes no bytes, but how many there are and their digest', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(canonicalJson({ scan: new Uint8Array(0) })).toBe(`{"scan":{"bytes":0,"sha256":"${empty}"}}`);
  });
});

describe('known orders', () => {
  it('gives the version before, from memory or from the table, and none for a new order', async () => {
    const rig = new AuditRig();
    await rig.open();
    const [one, two, three] = ['wo_1', 'wo_2', 'wo_3'].map((id) => orderOf(id)) as [
      ReturnType<typeof orderOf>,
      ...ReturnType<typeof orderOf>[],
    ];
    await rig.commit({ orders: [one] });
    rig.withDb((db) => {
      const known = new KnownOrders(db, 1);
      const levels = (orders: Parameters<KnownOrders['replace']>[0]) => [...known.replace(orders)].map(([id, { level }]) => [id, level]);
      expect(levels([{ ...one, level: 'red' }, two as typeof one])).toEqual([['wo_1', 'orange']]);
      // There is room for one: the newer version of the first was never committed, and is forgotten.
      expect(levels([one, { ...(two as typeof one), level: 'red' }])).toEqual([
        ['wo_2', 'orange'],
        ['wo_1', 'orange'],
      ]);
      expect(levels([three as typeof one])).toEqual([]);
    });
    await rig.end();
  });
});
