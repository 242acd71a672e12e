import { join, relative } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkPackages, plant, ROOT, type PlantedFiles } from './planted-files.ts';

/*
 * The purity of the core and the few laws of style are a linter's configuration, and a glob with a slip in it guards
 * nothing. So each kind of slip is planted, and the same configuration must report it; the legal twin must pass.
 */

interface Slip {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const SLIPS: readonly Slip[] = [
  { name: 'Date.now() in the core', file: 'src/engine/a.ts', text: 'export const at = Date.now();', rule: 'no-restricted-properties' },
  { name: 'new Date() in the core', file: 'src/alerts/a.ts', text: 'export const at = new Date();', rule: 'no-restricted-syntax' },
  {
    name: 'Math.random() in the core',
    file: 'src/dispatch/a.ts',
    text: 'export const id = Math.random();',
    rule: 'no-restricted-properties',
  },
  {
    name: 'performance.now() in the core',
    file: 'src/engine/b.ts',
    text: 'export const at = performance.now();',
    rule: 'no-restricted-globals',
  },
  { name: 'a timer in the core', file: 'src/registry/a.ts', text: 'setTimeout(() => undefined, 1);', rule: 'no-restricted-globals' },
  {
    name: 'fetch in the core',
    file: 'src/decode/a.ts',
    text: "export const page = fetch('http://127.0.0.1');",
    rule: 'no-restricted-globals',
  },
  { name: 'the environment in the core', file: 'src/model/a.ts', text: 'export const home = process.env;', rule: 'no-restricted-globals' },
  {
    name: 'the clock through globalThis in the core',
    file: 'src/model/b.ts',
    text: 'export const at = globalThis.Date.now();',
    rule: 'no-restricted-globals',
  },
  {
    name: 'a file in the core',
    file: 'src/engine/c.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
    rule: 'no-restricted-imports',
  },
  {
    name: 'a digest outside model/fingerprint.ts',
    file: 'src/alerts/b.ts',
    text: "import { createHash } from 'node:crypto';\nexport const digest = createHash;",
    rule: 'no-restricted-imports',
  },
  {
    name: 'chance from node:crypto in model/fingerprint.ts',
    file: 'src/model/fingerprint.ts',
    text: "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID;",
    rule: 'no-restricted-imports',
  },
  { name: 'console at an edge', file: 'src/journal/a.ts', text: "console.log('kept');", rule: 'no-console' },
  {
    name: 'a promise that nobody awaits',
    file: 'src/journal/b.ts',
    text: "import { writeFile } from 'node:fs/promises';\nwriteFile('/dev/null', '');",
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    name: 'a promise where an answer is expected',
    file: 'src/journal/c.ts',
    text: "export const sure = (ask: () => Promise<boolean>): string => (ask() ? 'yes' : 'no');",
    rule: '@typescript-eslint/no-misused-promises',
  },
  {
    name: 'a switch that forgets a kind',
    file: 'src/model/c.ts',
    text: "export const word = (kind: 'a' | 'b'): string => {\n  switch (kind) {\n    case 'a':\n      return 'A';\n  }\n  return '';\n};",
    rule: '@typescript-eslint/switch-exhaustiveness-check',
  },
  { name: 'a default export', file: 'src/api/a.ts', text: 'const value = 1;\nexport default value;', rule: 'no-restricted-syntax' },
  { name: 'a barrel', file: 'src/api/index.ts', text: "export * from './b.ts';", rule: 'no-restricted-syntax' },
  { name: 'eval', file: 'src/config/a.ts', text: "export const sum = eval('1 + 1') as number;", rule: 'no-eval' },
  {
    name: 'code made from text',
    file: 'src/config/b.ts',
    text: "export const sum = new Function('return 2') as () => number;",
    rule: 'no-new-func',
  },
  {
    name: 'five parameters',
    file: 'src/app/a.ts',
    text: 'export const add = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;',
    rule: 'max-params',
  },
  {
    name: 'a function that is too long',
    file: 'src/app/b.ts',
    text: `export function long(list: number[]): void {\n${'  list.push(1);\n'.repeat(61)}}`,
    rule: 'max-lines-per-function',
  },
  {
    name: 'a file that is too long',
    file: 'src/app/c.ts',
    text: Array.from({ length: 401 }, (_, index) => `export const n${index} = ${index};`).join('\n'),
    rule: 'max-lines',
  },
  {
    name: 'a test that waits for a time',
    file: 'src/engine/a.test.ts',
    text: 'await new Promise((resolve) => setTimeout(resolve, 10));\nexport {};',
    rule: 'no-restricted-globals',
  },
];

const LEGAL: Readonly<Record<string, string>> = {
  'src/engine/legal.ts': 'export const day = (at: number): string => new Date(at).toISOString();\nexport const most = Math.max(1, 2);',
  'src/journal/legal.ts':
    "import { writeFile } from 'node:fs/promises';\nexport const at = Date.now();\nawait writeFile('/dev/null', String(Math.random()));",
  'src/engine/legal.test.ts': "import { readFileSync } from 'node:fs';\nexport const started = [Date.now(), readFileSync];",
  'src/app/legal.acceptance.test.ts': 'await new Promise((resolve) => setTimeout(resolve, 10));\nexport {};',
  'src/api/b.ts': 'export const value = 1;',
};
const HASHES = {
  'src/model/fingerprint.ts':
    "import { createHash } from 'node:crypto';\nexport const digest = (text: string): string => createHash('sha256').update(text).digest('hex');",
};

/** Path → the rules that were broken there. */
async function lint(planted: PlantedFiles): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const eslint = new ESLint({ cwd: planted.root, overrideConfigFile: join(ROOT, 'eslint.config.js') });
  const results = await eslint.lintFiles(['src']);
  return new Map(results.map((result) => [relative(planted.root, result.filePath), result.messages.map((message) => message.ruleId)]));
}

describe('the linter', () => {
  let planted: PlantedFiles;
  let legal: PlantedFiles;
  let broken: ReadonlyMap<string, readonly (string | null)[]> = new Map();
  let passed: typeof broken = new Map();
  beforeAll(async () => {
    planted = plant({ ...LEGAL, ...Object.fromEntries(SLIPS.map(({ file, text }) => [file, text])) });
    legal = plant({ ...LEGAL, ...HASHES });
    for (const one of [planted, legal]) linkPackages(one);
    broken = await lint(planted);
    passed = await lint(legal);
  }, 120_000);
  afterAll(() => {
    planted.remove();
    legal.remove();
  });

  for (const { name, file, rule } of SLIPS)
    it(`reports ${name}`, () => {
      expect(broken.get(file)).toContain(rule);
    });

  it('leaves what is legal alone', () => {
    expect(passed.size).toBe(Object.keys(LEGAL).length + 1);
    expect([...passed].filter(([, rules]) => rules.length > 0)).toEqual([]);
  });
});
