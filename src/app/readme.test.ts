import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_ERRORS } from '../api/problem-details.ts';
import { COMMANDS } from '../cli/commands.ts';
import { ERROR_CODES } from '../model/error-codes.ts';
import { ROOT } from './acceptance/server-process.ts';
import { VERSION } from './version.ts';

const file = join(ROOT, 'README.md');
const readme = readFileSync(file, 'utf8');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const START = '<!-- codes:start -->';
const END = '<!-- codes:end -->';

/** `npx vitest run src/app/readme.test.ts` with UPDATE_README=1 writes the table anew. */
function codesTable(): string {
  const rows = Object.entries({ ...ERROR_CODES, ...API_ERRORS }).filter(([code]) => !code.startsWith('rule-'));
  return [
    '| 代码 code | 中文 | English |',
    '| --- | --- | --- |',
    ...rows.map(([code, { zh, en }]) => `| \`${code}\` | ${zh} | ${en} |`),
  ].join('\n');
}

describe('README', () => {
  it('lists every stable error code, in both languages', () => {
    const from = readme.indexOf(START) + START.length;
    const to = readme.indexOf(END);
    if (process.env['UPDATE_README'] === '1') writeFileSync(file, `${readme.slice(0, from)}\n\n${codesTable()}\n\n${readme.slice(to)}`);
    else expect(readme.slice(from, to).trim()).toBe(codesTable());
  });

  it('gives every dependency its line, and no other', () => {
    const listed = [...readme.matchAll(/^\| ((?:`[a-z@/-]+`(?:, )?)+) \|/gm)].flatMap(([, names]) =>
      [...(names as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    for (const name of Object.keys(manifest.dependencies)) expect(listed, `${name} earns its place in one line`).toContain(name);
  });

  it('lists every command', () => {
    for (const { name } of COMMANDS) expect(readme, name).toMatch(new RegExp(`^\\| \`maibo ${name}\\b`, 'm'));
  });

  it('every dependency is pinned', () => {
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/);
  });

  it('the version is one', () => {
    expect(VERSION).toBe(manifest.version);
  });
});
