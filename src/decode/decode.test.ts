import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decoded } from './decoded.ts';
import { createDecoder } from './decode.ts';

const decoder = createDecoder({ maxPayloadBytes: 65_536 });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const one = (text: string): Decoded => decoder.decode('city/gw-01/s-01', bytes(text));
const batch = (text: string): Decoded => decoder.decode('city/gw-01', bytes(text));
const why = (decoded: Decoded): string =>
  decoded.kind === 'refused' ? `${decoded.rejection.code} ${decoded.rejection.pointer}`.trim() : decoded.kind;

describe('one reading', () => {
  test('of the contract becomes a report', () => {
    expect(one('{"at": "2026-11-23T08:00:00.000+08:00", "seq": 17, "values": {"smoke": 1, "battery": 87}}')).toEqual({
      kind: 'reports',
      codec: 'json',
      reports: [
        {
          kind: 'report',
          gateway: 'gw-01',
          sensor: 's-01',
          at: Date.UTC(2026, 10, 23),
          seq: 17,
          test: false,
          values: { smoke: 1, battery: 87 },
        },
      ],
      members: null,
      rejections: [],
    });
  });

  test('needs only values; members that nobody knows are ignored', () => {
    expect(one('{"values": {"smoke": true, "state": "ok"}, "rssi": -70, "meta": {"a": [1, {"b": 2}]}}')).toMatchObject({
      reports: [{ at: null, seq: null, test: false, values: { smoke: true, state: 'ok' } }],
    });
  });

  test('may come with a byte-order mark, with the codec in the topic, or marked as a test', () => {
    expect(decoder.decode('city/gw-01/s-01/json', bytes('\uFEFF{"test":true,"values":{"v":1}}'))).toMatchObject({
      kind: 'reports',
      reports: [{ test: true }],
    });
  });

  test.each([
    ['', 'payload-empty'],
    ['{', 'json-invalid'],
    ['{"values":{"v":NaN}}', 'json-invalid'],
    ['{"values":{"v":1e400}}', 'schema /values/v'],
    ['{"values":{"v":null}}', 'schema /values/v'],
    ['{"values":{"v":{"w":1}}}', 'schema /values/v'],
    ['{"values":{}}', 'schema /values'],
    ['{"value":{"v":1}}', 'schema /values'],
    ['{"values":{"a/b~c":1}}', 'schema /values/a~1b~0c'],
    ['{"values":{"__proto__":1}}', 'schema /values/__proto__'],
    ['{"__proto__":{"values":{"v":1}}}', 'schema /values'],
    ['{"values":{"constructor":1}}', 'schema /values/constructor'],
    ['{"values":{"v":1},"values":{"v":0}}', 'json-duplicate-key /values'],
    ['{"values":{"v":1,"\\u0076":0}}', 'json-duplicate-key /values/v'],
    ['{"values":{"v":1},"meta":[{"a":1,"a":2}]}', 'json-duplicate-key /meta/0/a'],
    ['{"at":"2026-11-23T08:00:00","values":{"v":1}}', 'time-invalid /at'],
    ['{"at":null,"values":{"v":1}}', 'time-invalid /at'],
    ['{"seq":-1,"values":{"v":1}}', 'schema /seq'],
    ['{"test":1,"values":{"v":1}}', 'schema /test'],
    ['{"sensor":"other","values":{"v":1}}', 'schema /sensor'],
    ['[{"values":{"v":1}}]', 'schema'],
    ['5', 'schema'],
    ['"values"', 'schema'],
    ['null', 'schema'],
    [`{"values":{"v":1},"x":${'['.repeat(16)}${']'.repeat(16)}}`, 'json-too-deep'],
    [`{"values":{"v":"${'x'.repeat(65)}"}}`, 'schema /values/v'],
    [`{"values":{"${'k'.repeat(200)}":1}}`, `schema /values/${'k'.repeat(64)}…`],
    [`{"values":{"v":"${'x'.repeat(70_000)}"}}`, 'payload-too-large'],
  ])('%.60s is refused: %s', (text, reason) => {
    expect(why(one(text))).toBe(reason);
  });

  test('colons and braces inside strings are text', () => {
    expect(one('{"values":{"v":"a:{[\\"}:"},"x":"\\\\"}').kind).toBe('reports');
  });

  test('bytes that are not UTF-8 are refused', () => {
    expect(why(decoder.decode('city/gw/s', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('utf8-invalid');
  });
});

describe('a batch', () => {
  test('keeps its good members beside bad ones of every kind', () => {
    const decoded = batch(
      `[{"sensor":"a","values":{"v":1}}, {"sensor":"b","values":{"smoke":1e999}}, {"values":{"v":1}}, {"sensor":"c","values":{"v":1,"v":2}},
        {"sensor":"d","x":${'['.repeat(40)}${']'.repeat(40)},"values":{"v":1}}, 7, {"sensor":"e","at":"noon","values":{"v":1}}, {"sensor":"f","values":{"v":2}}]`,
    );
    expect(decoded).toMatchObject({ kind: 'reports', reports: [{ sensor: 'a' }, { sensor: 'f' }], members: [0, 7] });
    expect(decoded.kind === 'reports' && decoded.rejections.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'schema /1/values/smoke',
      'schema /2/sensor',
      'json-duplicate-key /3/values/v',
      'json-too-deep /4',
      'schema /5',
      'time-invalid /6/at',
    ]);
  });

  test('holds 1 to 1,000 members', () => {
    const members = (count: number): string =>
      JSON.stringify(Array.from({ length: count }, (_, i) => ({ sensor: `s${i}`, values: { v: i } })));
    expect(why(batch('[]'))).toBe('batch-size');
    expect(batch(members(1_000))).toMatchObject({ kind: 'reports', reports: { length: 1_000 } });
    expect(why(batch(members(1_001)))).toBe('batch-size');
    expect(why(batch('{"sensor":"a","values":{"v":1}}'))).toBe('schema');
  });
});

describe('topics and codecs', () => {
  test.each([
    'city',
    'city/',
    'city//s',
    'city/g w',
    'city/gw/',
    'city/gw/s/json/x',
    'city/__proto__/s',
    'city/constructor',
    'elsewhere/gw/s',
    'orders/x',
    'orders//receipts',
    `city/${'a/'.repeat(300)}`,
    'city/gw/s\u0000',
    '$SYS/x',
    'city/+/#',
  ])('%.40s is no topic of ours', (topic) => {
    expect(why(decoder.decode(topic, bytes('{"values":{"v":1}}')))).toBe('topic-unknown');
  });

  test('a codec that is not here is refused by name, from the topic or from the configuration', () => {
    expect(why(decoder.decode('city/gw/s/senml', bytes('[]')))).toBe('codec-unknown');
    expect(why(decoder.decode('city/gw/s', bytes('{}'), 'hj212'))).toBe('codec-unknown');
    expect(decoder.decode('city/gw/s/json', bytes('{"values":{"v":1}}'), 'hj212').kind).toBe('reports');
  });
});

describe('receipts', () => {
  const answer = (text: string): Decoded => decoder.decode('orders/wo_1/receipts', bytes(text));

  test('are read; without an id the same answer gets the same id, another answer another', () => {
    const first = answer('{"party":"fire","state":"accepted","by":"desk 3"}');
    expect(first).toMatchObject({
      kind: 'receipt',
      receipt: { order: 'wo_1', party: 'fire', state: 'accepted', street: null, by: 'desk 3', note: null, at: null, door: 'mqtt' },
    });
    expect(answer('{"state":"accepted","party":"fire","by":"desk 3"}')).toEqual(first);
    expect(answer('{"party":"fire","state":"on-site","by":"desk 3"}')).not.toEqual(first);
    expect(answer('{"party":"fire","state":"accepted","id":"r-1"}')).toMatchObject({ receipt: { id: 'r-1' } });
  });

  test.each([
    ['{"state":"accepted"}', 'schema /party'],
    ['{"party":"fire","state":"dispatched"}', 'schema /state'],
    ['{"party":"fire","state":"accepted","at":"noon"}', 'time-invalid /at'],
    ['{"party":"fire","state":"accepted","note":5}', 'schema /note'],
    ['{"party":"fire","party":"police","state":"accepted"}', 'json-duplicate-key /party'],
    ['[]', 'schema'],
    ['nonsense', 'json-invalid'],
  ])('%s is refused: %s', (text, reason) => {
    expect(why(answer(text))).toBe(reason);
  });
});

describe('any bytes at all', () => {
  const fragment = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '"values"',
    '"at"',
    '"sensor"',
    '"__proto__"',
    '"constructor"',
    '1e400',
    '-0',
    'NaN',
    '\\',
    '\\u0000',
    '"a":1',
    'null',
    'true',
    '\u2028',
    '😀',
    ' ',
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fragment, { maxLength: 40 }).map((parts) => bytes(parts.join(''))),
    fc.json({ maxDepth: 6 }).map(bytes),
    fc.json().map((text) => bytes(`{"values":{"v":${text}}}`)),
    fc.json().map((text) => bytes(`[{"sensor":"a","values":{"v":1}},${text}]`)),
  );

  test('20,000 payloads are reports or are refused with a reason; nothing is thrown and no prototype changes', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    fc.assert(
      fc.property(fc.constantFrom('city/g/s', 'city/g', 'orders/o/receipts'), payload, (topic, body) => {
        const decoded = decoder.decode(topic, body);
        const reasons = decoded.kind === 'refused' ? [decoded.rejection] : decoded.kind === 'reports' ? decoded.rejections : [];
        for (const { code, pointer, detail } of reasons) {
          expect(code).not.toBe('internal');
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect(detail.length).toBeGreaterThan(10);
        }
        if (decoded.kind === 'reports') expect(decoded.reports.length + decoded.rejections.length).toBeGreaterThan(0);
      }),
      { numRuns: 20_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  });

  test('ten thousand levels, and a megabyte of brackets, are refused without a stall', () => {
    const roomy = createDecoder();
    for (const text of ['['.repeat(10_000) + ']'.repeat(10_000), '[{"a":'.repeat(100_000), '{"a":'.repeat(170_000)])
      for (const topic of ['city/g', 'city/g/s']) {
        const started = performance.now();
        expect(why(roomy.decode(topic, bytes(text)))).toBe('json-too-deep');
        expect(performance.now() - started).toBeLessThan(100);
      }
  });
});
