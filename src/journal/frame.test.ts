import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry, LogEvent } from '../model/log-entry.ts';
import { JournalError } from './error.ts';
import { decodeEntry, encodeEntry } from './frame.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ maxLength: 12 }));
const level = fc.stringMatching(/^[a-z0-9脉-]{1,12}$/);
const payload = fc.uint8Array({ maxLength: 300 });
const message: fc.Arbitrary<LogEvent> = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), gateway: text, topic: text, payload }),
  fc
    .tuple(level, level, payload)
    .map(([gateway, sensor, bytes]) => ({ kind: 'message' as const, gateway, topic: `city/${gateway}/${sensor}`, payload: bytes })),
);
const other: fc.Arbitrary<LogEvent> = fc.oneof(
  fc.constant<LogEvent>({ kind: 'tick' }),
  fc.record({ kind: fc.constant('reset' as const), alert: text, by: text, note: fc.option(text) }),
  fc.record({ kind: fc.constant('configured' as const), rules: text, city: text, settings: text }),
);
const entry: fc.Arbitrary<LogEntry> = fc.record({
  offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  at: fc.integer({ min: 0, max: 8.64e15 }),
  events: fc.array(fc.oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: other }), { maxLength: 30 }),
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof JournalError ? error.code : `other: ${String(error)}`;
  }
  return 'none';
}

describe('log frame', () => {
  it('F1: what is decoded equals what was encoded', () => {
    fc.assert(
      fc.property(entry, (e) => {
        expect(decodeEntry(encodeEntry(e), e.offset)).toEqual(e);
      }),
      { numRuns: 500 },
    );
  });

  it('F1: a gateway that is not the second level of its topic is kept', () => {
    const topics = ['city/gw', 'city/gw/', 'city/gw2/x', 'orders/wo/receipts', 'city/', 'city', 'town/gw/x', 'city/a/b/c'];
    const gateways = ['gw', '', 'gw2', 'a', 'a/b', 'wo'];
    const bytes = new Uint8Array([1]);
    const events = topics.flatMap((topic) => gateways.map((gateway) => ({ kind: 'message' as const, gateway, topic, payload: bytes })));
    const whole = { offset: 7, at: 1, events };
    expect(decodeEntry(encodeEntry(whole), 7)).toEqual(whole);
  });

  it('F2: any changed, missing or added byte is refused', () => {
    const changes = fc.tuple(entry, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('flip', 'cut', 'add'));
    fc.assert(
      fc.property(changes, ([e, where, mask, how]) => {
        const good = encodeEntry(e);
        const at = where % good.length;
        const bad = how === 'add' ? new Uint8Array([...good, mask]) : how === 'cut' ? good.slice(0, at) : good.slice();
        if (how === 'flip') bad[at] = (bad[at] as number) ^ mask;
        expect(codeOf(() => decodeEntry(bad, e.offset))).toBe('journal-damaged');
      }),
      { numRuns: 1_000 },
    );
  });

  it('F2: an entry under the number of another one is refused', () => {
    const good = encodeEntry({ offset: 4, at: 1, events: [{ kind: 'tick' }] });
    expect(codeOf(() => decodeEntry(good, 5))).toBe('journal-damaged');
  });

  it('F3: the frame owns its buffer', () => {
    const frame = encodeEntry({ offset: 0, at: 0, events: [{ kind: 'tick' }] });
    expect(frame.byteOffset).toBe(0);
    expect(frame.buffer.byteLength).toBeLessThan(100);
  });

  it('refuses a topic that MQTT could not have carried', () => {
    const long = 'x'.repeat(65_536);
    const event: LogEvent = { kind: 'message', gateway: '', topic: long, payload: new Uint8Array() };
    expect(codeOf(() => encodeEntry({ offset: 0, at: 0, events: [event] }))).toBe('journal-misused');
  });
});
