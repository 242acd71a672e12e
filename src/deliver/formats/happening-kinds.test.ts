import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CATEGORIES, HAPPENING_KINDS, happeningKind } from './happening-kinds.ts';

const RULES = fileURLToPath(new URL('../../../rules', import.meta.url));
const kinds = new Set(
  readdirSync(RULES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.rule.json'))
    .flatMap((file) => {
      const rule = JSON.parse(readFileSync(`${RULES}/${file}`, 'utf8')) as { order?: { kind: string } | null };
      return rule.order ? [rule.order.kind] : [];
    }),
);

describe('kinds of happening', () => {
  test('every order.kind of the rules has a category of CAP and a name in both languages', () => {
    expect(kinds.size).toBeGreaterThan(50);
    for (const kind of kinds) {
      const known = happeningKind(kind);
      expect(CATEGORIES, kind).toContain(known?.category);
      expect(known?.event.zh, kind).toMatch(/[\u4e00-\u9fff]/);
      expect(known?.event.en, kind).toMatch(/^[A-Z]/);
    }
  });

  test('nothing else stands in the table', () => {
    expect(HAPPENING_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  test.each([
    ['fire', 'Fire'],
    ['flood', 'Met'],
    ['ponding', 'Met'],
    ['crowd', 'Safety'],
    ['congestion', 'Transport'],
    ['epidemic', 'Health'],
    ['air', 'Env'],
    ['power', 'Infra'],
    ['intrusion', 'Security'],
    ['lift-rescue', 'Rescue'],
  ])('%s is %s', (kind, category) => {
    expect(happeningKind(kind)?.category).toBe(category);
  });

  test('only a warning is expected, all else is observed', () => {
    expect(HAPPENING_KINDS.filter((kind) => happeningKind(kind)?.expected)).toEqual(['official-warning']);
  });

  test('a kind that nobody knows has none, whatever its name', () => {
    for (const kind of ['', 'volcano', 'constructor', '__proto__']) expect(happeningKind(kind)).toBeNull();
  });
});
