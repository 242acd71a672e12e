import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseRule } from './rule-file.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';
import { parseRuleTest } from './rule-test-file.ts';
import { readRules } from './rules-folder.ts';
import { FILE, ruleFile, soon, type Json } from './test-rig.ts';

const good = JSON.stringify(ruleFile());
const utf16 = Buffer.from(`\uFEFF${good}`, 'utf16le');

/** A rule whose value is the sum of signs; a reading gives it its keys. */
function asking(id: string, ...signs: readonly string[]): Json {
  const conditions = { heard: { fact: 'count', params: { of: 'rain', window: '1h' }, operator: 'greaterThan', value: 0 } };
  const value = { fact: 'total', params: { of: signs.map((sign) => ({ fact: 'sign', params: { sign } })) } };
  return ruleFile({ id, value, conditions });
}

/** Each asks sixteen times for the one before it. */
const MULTIPLYING: Readonly<Record<string, Json>> = Object.fromEntries(
  [0, 1, 2, 3, 4].map((i) => [
    `s${i}`,
    i === 0 ? ruleFile({ id: 's0' }) : asking(`s${i}`, ...Array.from({ length: 16 }, () => `s${i - 1}`)),
  ]),
);

// The schemas are compiled once a process.
beforeAll(() => {
  parseRule('{}', FILE);
  parseRuleTest('{}', 'x.rule-test.json');
});

const MONTHS = '9'.repeat(9);
const oneCase = (input: unknown): string => JSON.stringify({ rule: 'rain', cases: [{ name: 'n', input: [input], expect: [] }] });

describe('a hostile rule test', () => {
  test.each([
    ['a reading every 0s', oneCase({ every: '0s', from: '0s', to: '1h', values: { x: 1 } }), 'rule-duration'],
    [
      'a reading every millisecond of a million years',
      oneCase({ every: '1ms', from: '0s', to: `${MONTHS}d`, values: { x: 1 } }),
      'rule-test-too-long',
    ],
    [
      'a ladder that warms up for ever',
      JSON.stringify({ rule: 'rain', ladders: [{ every: '1s', rest: 0, warm: '9999d', levels: { red: { safe: 1, edge: 2, past: 3 } } }] }),
      'rule-test-too-long',
    ],
    ['__proto__ as a measure', oneCase({ at: '0s', values: 0 }).replace('"values":0', '"values":{"__proto__":1}'), 'rule-key-forbidden'],
  ])('%s', async (_name, text, code) => {
    const { value, problems } = await soon(() => parseRuleTest(text, 'x.rule-test.json'));
    expect(value).toBeNull();
    expect(problems[0]).toMatchObject({ code, file: 'x.rule-test.json' });
  });
});

describe('a hostile folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maibo-hostile-'));
    await mkdir(join(folder, 'weather'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test.each<readonly [string, Readonly<Record<string, Json | Uint8Array>>, RuleProblemCode]>([
    [
      'bytes that are no UTF-8',
      { rain: Uint8Array.from([...Buffer.from(good.slice(0, 40)), 0xc3, 0x28, ...Buffer.from(good.slice(40))]) },
      'rule-encoding',
    ],
    [
      'a surrogate written as bytes',
      { rain: Buffer.concat([Buffer.from('{"id":"'), Uint8Array.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]) },
      'rule-encoding',
    ],
    ['an overlong quote', { rain: Uint8Array.from([0x7b, 0xc0, 0xa2, 0x7d]) }, 'rule-encoding'],
    ['UTF-16', { rain: utf16 }, 'rule-encoding'],
    ['two byte-order marks', { rain: Buffer.from(`\uFEFF\uFEFF${good}`) }, 'rule-json'],
    ['a file of 10 MB', { rain: Buffer.alloc(10_000_000, ' ') }, 'rule-too-large'],
    ['two files of one id', { rain: ruleFile(), wet: ruleFile() }, 'rule-id-file'],
    ['a sign that asks for itself', { rain: asking('rain', 'rain') }, 'rule-sign-cycle'],
    ['signs in a circle', { a: asking('a', 'b'), b: asking('b', 'c'), c: asking('c', 'a') }, 'rule-sign-cycle'],
    ['a sign that is not there', { rain: asking('rain', 'snow') }, 'rule-sign-unknown'],
    ['a sign named as a member of every object', { rain: asking('rain', 'constructor') }, 'rule-sign-unknown'],
    ['signs that multiply', MULTIPLYING, 'rule-signs-too-many'],
    ['the name of the sign that comes with the engine', { 'gateway-down': ruleFile({ id: 'gateway-down' }) }, 'rule-id-duplicate'],
  ])('F2, F3: %s', async (_name, files, code) => {
    for (const [id, content] of Object.entries(files)) {
      await writeFile(join(folder, 'weather', `${id}.rule.json`), content instanceof Uint8Array ? content : JSON.stringify(content));
    }
    const { problems } = await soon(() => readRules(folder));
    expect(problems.map((problem) => problem.code)).toContain(code);
    for (const { file, message } of problems) {
      expect(file).toMatch(/^weather\//);
      expect(message).toMatch(/\.$/);
    }
  });
});
