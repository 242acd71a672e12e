import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RULE_PROBLEM_CODES } from '../config/rule-problem-codes.ts';
import { ERROR_CODES, REJECTION_CODES } from './error-codes.ts';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
const source = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|test-rig\.ts$|error-codes\.ts$/.test(file))
  .map((file) => readFileSync(`${SOURCE}/${file}`, 'utf8'))
  .join('\n');

/** `readCheckedFile` and the JSON guard put the area before these. */
const ASSEMBLED = ['unreadable', 'json', 'depth', 'key-duplicate', 'key-forbidden', 'schema'].flatMap((end) => [
  `config-${end}`,
  `city-${end}`,
]);

describe('error codes', () => {
  test('every code that is thrown stands in the catalogue', () => {
    const thrown = [...source.matchAll(/new (?:Refusal|\w+Error)\(\s*'([a-z0-9-]+)'/g)].map(([, code]) => code as string);
    expect(thrown.length).toBeGreaterThan(10);
    expect([...new Set(thrown)].filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  test('every code of the catalogue is used somewhere', () => {
    expect(Object.keys(ERROR_CODES).filter((code) => !ASSEMBLED.includes(code) && !source.includes(`'${code}'`))).toEqual([]);
  });

  test('every problem of a rule file has its title', () => {
    expect(RULE_PROBLEM_CODES.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  test('each is said in both languages', () => {
    for (const [code, { zh, en }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(zh, code).toMatch(/[\u4e00-\u9fff]/);
      expect(en, code).toMatch(/^[A-Z`]/);
    }
  });

  test('schemas/README.md lists every rejection code, and no other', () => {
    const readme = readFileSync(fileURLToPath(new URL('../../schemas/README.md', import.meta.url)), 'utf8');
    const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|/gm)].map(([, code, zh, en]) => [code, zh, en]);
    expect(rows).toEqual(Object.entries(REJECTION_CODES).map(([code, { zh, en }]) => [code, zh, en]));
  });

  test('schemas/README.md names every schema', () => {
    const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
    const readme = readFileSync(`${folder}README.md`, 'utf8');
    for (const file of readdirSync(folder)) if (file.endsWith('.schema.json')) expect(readme, file).toContain(`[${file}](${file})`);
  });
});
