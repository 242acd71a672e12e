import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReportCheck } from './check-report.ts';

const schema = JSON.parse(readFileSync(new URL('../../schemas/reading.schema.json', import.meta.url), 'utf8')) as object;
const ajv = new Ajv({ strict: true, strictRequired: false, ownProperties: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);
const check = createReportCheck();

const name = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,8}$/) },
  fc.constantFrom('', '__proto__', 'constructor', 'toString', 'a'.repeat(64), 'a'.repeat(65), '-a', 'a b', 'é', 'a\n'),
  fc.string(),
);
const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  fc.boolean(),
  fc.string({ maxLength: 70 }),
  fc.constantFrom(null, {}, [], Number.POSITIVE_INFINITY, Number.NaN, '😀'.repeat(64), '😀'.repeat(65), 'x'.repeat(64), 'x'.repeat(65)),
);
const time = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.date({ min: new Date('1972-01-01'), max: new Date('2101-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  },
  fc
    .tuple(
      fc.integer({ min: 1970, max: 2101 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      fc.constantFrom('00', '23', '24', '7'),
      fc.constantFrom('00', '59', '60'),
    )
    .chain(([y, m, d, h, s]) =>
      fc
        .tuple(
          fc.constantFrom('T', 't', ' ', '_'),
          fc.constantFrom('', '.5', '.123456789', '.1234567890', '.'),
          fc.constantFrom('Z', 'z', '+08:00', '-03:30', '+24:00', '+0800', '', '+08:60'),
        )
        .map(([t, f, z]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}${t}${h}:30:${s}${f}${z}`),
    ),
  fc.integer({ min: -1, max: 5_000_000_000_000 }),
  fc.double(),
  fc.constantFrom(
    null,
    true,
    '',
    '2026-11-23',
    '2026-11-23T08:00:00',
    'now',
    94_694_400_000,
    94_694_399_999,
    4_102_444_800_000,
    4_102_444_799_999.5,
  ),
);
const seq = fc.oneof({ weight: 8, arbitrary: fc.nat() }, fc.double(), fc.constantFrom(-1, 1.5, null, '1', 2 ** 53, 2 ** 53 - 1));
const values = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(name, value, { maxKeys: 4 }) },
  fc.constantFrom(null, [], 5, {}),
  fc.nat({ max: 70 }).map(manyValues),
);
const reading = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record(
      {
        values,
        at: time,
        seq,
        test: fc.oneof({ weight: 8, arbitrary: fc.boolean() }, fc.constantFrom(null, 0, 'true')),
        sensor: name,
        more: fc.anything(),
      },
      { requiredKeys: [] },
    ),
  },
  fc.anything(),
);

function manyValues(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i]));
}

describe('the hand-written check', () => {
  test('gives the verdict of schemas/reading.schema.json on 20,000 random readings', () => {
    let valid = 0;
    fc.assert(
      fc.property(reading, (body) => {
        const topicSensor = sensorOf(body);
        const result = check(body, 'gw', topicSensor, '');
        const expected = validate(body) === true;
        if (expected) valid += 1;
        expect(result.kind, JSON.stringify(result)).toBe(expected ? 'report' : 'refused');
      }),
      { numRuns: 20_000 },
    );
    // The oracle is worth something only when both verdicts occur often.
    expect(valid).toBeGreaterThan(1_000);
  });

  test('a planted difference is found (negative control)', () => {
    const loose = new Ajv({ strict: false }).compile({ type: 'object', required: ['values'] });
    expect(() =>
      fc.assert(
        fc.property(reading, (body) => check(body, 'gw', sensorOf(body), '').kind === (loose(body) ? 'report' : 'refused')),
        { numRuns: 2_000 },
      ),
    ).toThrow();
  });
});

/** The topic names the same sensor as the body, when the body names one that a topic can carry. */
function sensorOf(body: unknown): string | null {
  const sensor = typeof body === 'object' && body !== null ? (body as { sensor?: unknown }).sensor : undefined;
  return typeof sensor === 'string' ? sensor : 'topic-sensor';
}
