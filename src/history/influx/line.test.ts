import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertPoint, OrderPoint, ReadingPoint, SignPoint } from '../../model/history-point.ts';
import { StoreFault } from '../store-fault.ts';
import { lineOf } from './line.ts';
import { fromRfc3339, toNanos } from './nanos.ts';
import { decodeText, encodeField, encodeTag } from './outside-text.ts';

const moment = { at: 1_780_000_000_000, nth: 3, place: 'p1', street: null };
const reading: ReadingPoint = {
  kind: 'reading',
  sensor: 's1',
  measure: 'pm25',
  value: 1,
  test: false,
  gateway: 'g1',
  receivedAt: moment.at + 5,
  order: 12,
  ...moment,
};
const sign: SignPoint = { kind: 'sign', sign: 'air', key: 'p1', level: 'red', value: 61.5, ...moment };
const alert: AlertPoint = {
  kind: 'alert',
  alert: 'al_1',
  rule: 'air',
  version: 4,
  key: 'p1',
  state: 'firing',
  level: 'red',
  value: null,
  ...moment,
};
const order: OrderPoint = {
  kind: 'order',
  order: 'wo_1',
  sort: 'fire',
  state: 'open',
  level: 'red',
  parties: ['fire', 'police'],
  drill: false,
  ...moment,
};

describe('a point is one line', () => {
  it('each kind has its measurement, tags that are bounded, and fields', () => {
    expect([reading, sign, alert, order].map(lineOf)).toEqual([
      'reading,measure=pm25,place=p1,sensor=s1 value=1,test=false,gateway="g1",received=1780000000005000012i 1780000000000000003',
      'sign,key=p1,place=p1,sign=air level="red",value=61.5 1780000000000000003',
      'alert,key=p1,place=p1,rule=air alert="al_1",version=4,state="firing",level="red" 1780000000000000003',
      'order,place=p1 order="wo_1",sort="fire",state="open",level="red",drill=false,parties="[\\"fire\\",\\"police\\"]" 1780000000000000003',
    ]);
  });

  it('a sign that says nothing is a point all the same', () => {
    expect(lineOf({ ...sign, level: null, value: null })).toBe('sign,key=p1,place=p1,sign=air level="none" 1780000000000000003');
  });

  it('a flag is a flag and a number, a text is a text', () => {
    expect(lineOf({ ...reading, value: true })).toContain(' value=1,flag=true,test=');
    expect(lineOf({ ...reading, value: '水位 "高"\\' })).toContain(' text="水位 \\"高\\"\\\\",test=');
  });

  it('whatever texts come from outside, a point stays one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (sensor, value) => {
        expect(lineOf({ ...reading, sensor, value, place: value })).not.toMatch(/[\n\r\u0000]/);
      }),
    );
  });

  it('what the protocol cannot say is refused by name, never left out', () => {
    const bad = [
      { ...reading, value: Number.NaN },
      { ...reading, value: Number.POSITIVE_INFINITY },
      { ...sign, value: Number.NaN },
      { ...reading, at: 1.5 },
      { ...reading, nth: 1_000_000 },
      { ...reading, nth: -1 },
      { ...reading, order: 1_000_000 },
      { ...reading, receivedAt: Number.NaN },
    ];
    for (const point of bad) {
      const write = (): string => lineOf(point);
      expect(write).toThrow(StoreFault);
      expect(write).toThrow(/refused: (reading s1 pm25|sign air p1): no (number|time)/);
    }
  });
});

describe('texts from outside', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[%0-9A-F\n\\]{0,8}$/)), (text) => {
        expect(decodeText(encodeTag(text))).toBe(text);
        expect(decodeText(encodeField(text))).toBe(text);
      }),
    );
  });

  it('stay readable where they can', () => {
    expect(encodeTag('湿度 80%, a=b')).toBe('湿度 80%, a=b');
    expect(encodeField('C:\\x')).toBe('C:\\x');
    expect([encodeTag('a\\'), encodeTag(''), encodeField('a\nb'), encodeTag('%0A'), encodeTag('%FF')]).toEqual([
      'a%5C',
      '%FF',
      'a%0Ab',
      '%250A',
      '%25FF',
    ]);
  });
});

describe('nanoseconds', () => {
  it('keep all their digits on the way out and back', () => {
    const at = fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 });
    fc.assert(
      fc.property(at, fc.integer({ min: 0, max: 999_999 }), (millis, nth) => {
        expect(BigInt(toNanos({ at: millis, nth }))).toBe(BigInt(millis) * 1_000_000n + BigInt(nth));
        expect(fromRfc3339(serverTime(millis, nth))).toEqual({ at: millis, nth });
      }),
    );
  });
});

/** As a server in Go writes it: zeros at the end left out. */
function serverTime(at: number, nth: number): string {
  const iso = new Date(at).toISOString();
  const fraction = `${iso.slice(-4, -1)}${String(nth).padStart(6, '0')}`.replace(/0+$/, '');
  return `${iso.slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
}
