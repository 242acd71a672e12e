import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './commands.ts';
import { readRulePaths } from './rule-paths.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = join(CHECKOUT, 'rules');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maibo-rules-'));
  for (const id of ['weather/rainfall-1h', 'weather/rainfall-6h', 'flood/sewer-fill-ratio']) {
    for (const ending of ['.rule.json', '.rule-test.json']) cpSync(join(RULES, id + ending), join(folder, id + ending));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rules(args: readonly string[], rulesDir = folder, watched = false): Promise<{ code: number; out: string; errors: string }> {
  const said = { out: '', errors: '' };
  const sink = (name: 'out' | 'errors'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[name] += chunk.toString();
        done();
      },
    });
  const env = { MAIBO_RULES_DIR: rulesDir, MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui') };
  const io = { input: Readable.from([]), output: sink('out'), errors: sink('errors'), env, signal: new AbortController().signal };
  const code = await runCommand(['rules', ...args], { ...io, columns: 100, colour: false, watched });
  return { code, ...said };
}

describe('maibo rules list', () => {
  it('is a table, domain by domain', async () => {
    const { code, out } = await rules(['list']);
    expect(code).toBe(0);
    expect(
      out.split('\n').map((line) =>
        line
          .split(/\s{2,}/)
          .slice(0, 4)
          .join('|'),
      ),
    ).toEqual([
      '领域 domain|规则 rule|版本 v|等级 levels',
      expect.stringMatching(/^flood\|sewer-fill-ratio\|\d+\|蓝黄橙红$/) as string,
      expect.stringMatching(/^weather\|rainfall-1h\|\d+\|蓝黄橙红$/) as string,
      expect.stringMatching(/^weather\|rainfall-6h\|\d+\|蓝黄橙红$/) as string,
      '3 条规则 rules · 0 问题 problems',
      '',
    ]);
  });

  it('is an array of rules for programs', async () => {
    const { out } = await rules(['list', '--json', 'rainfall-1h']);
    expect(JSON.parse(out)).toEqual([
      {
        id: 'rainfall-1h',
        version: expect.any(Number) as number,
        title: { zh: '小时雨量', en: 'Hourly rainfall' },
        domain: 'weather',
        unit: 'mm',
        scope: 'sensor',
        levels: ['blue', 'yellow', 'orange', 'red'],
      },
    ]);
  });
});

describe('maibo rules test', () => {
  it('runs the tests of the whole folder, and says how many', async () => {
    const { code, out, errors } = await rules(['test']);
    expect(out).toMatch(/^3 条规则 rules · \d{2,} 通过 passed · 0 失败 failed · 0 问题 problems\n$/);
    expect([code, errors]).toEqual([0, '']);
  });

  it('draws its progress where somebody watches', async () => {
    const { errors } = await rules(['test', 'flood'], folder, true);
    expect(errors).toMatch(/\[[█░]+\] +\d+ % {2}\d+ 通过 passed · 0 失败 failed {2}sewer-fill-ratio/);
    expect(errors.endsWith('\r\u001b[K')).toBe(true);
  });

  it('gives programs a result for each case', async () => {
    const { out } = await rules(['test', '--json', 'flood']);
    const { rules: count, problems, results } = JSON.parse(out) as { rules: number; problems: unknown[]; results: object[] };
    expect([count, problems]).toEqual([1, []]);
    expect(results).toContainEqual({ rule: 'sewer-fill-ratio', name: 'blue: just short', passed: true, differences: [] });
  });

  it('says in one line what fails', async () => {
    const wrong = mkdtempSync(join(tmpdir(), 'maibo-wrong-rules-'));
    try {
      cpSync(join(folder, 'flood'), join(wrong, 'flood'), { recursive: true });
      const file = join(wrong, 'flood/sewer-fill-ratio.rule.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"value": 50\b/, '"value": 49'));
      const { code, out } = await rules(['test'], wrong);
      expect(code).toBe(1);
      expect(out).toMatch(/^✗ sewer-fill-ratio: blue: just short: sewer-level \S+: expected never blue, got blue at \S+$/m);
      rmSync(join(wrong, 'flood/sewer-fill-ratio.rule-test.json'));
      expect((await rules(['test'], wrong)).out).toContain('[rule-untested]');
    } finally {
      rmSync(wrong, { recursive: true, force: true });
    }
  });

  it('refuses the id of no rule', async () => {
    await expect(rules(['test', 'rainfall-9h'])).rejects.toThrow('There is no rule "rainfall-9h"');
  });
});

describe('the paths of maibo rules', () => {
  const chosen = (...paths: string[]): unknown => {
    const read = readRulePaths(paths, folder);
    return typeof read === 'string' ? read : [read.directory, read.only === null ? null : [...read.only]];
  };

  it('are the whole folder when there are none, or when it is named', () => {
    expect([chosen(), chosen(folder), chosen(folder, 'rainfall-1h')]).toEqual([
      [folder, null],
      [folder, null],
      [folder, null],
    ]);
  });

  it('may be a domain, a file of a rule or of its test, or an id', () => {
    expect(chosen('weather')).toEqual([folder, ['rainfall-1h', 'rainfall-6h']]);
    expect(chosen(join(folder, 'weather'))).toEqual(chosen('weather'));
    expect(chosen('flood/sewer-fill-ratio.rule-test.json', 'rainfall-6h')).toEqual([folder, ['sewer-fill-ratio', 'rainfall-6h']]);
    expect(chosen(join(folder, 'flood/sewer-fill-ratio.rule.json'))).toEqual([folder, ['sewer-fill-ratio']]);
  });

  it('may be another folder, or a file in one', () => {
    const other = join(folder, '..', `${folder.split('/').at(-1) ?? ''}-other`);
    mkdirSync(join(other, 'rules/flood'), { recursive: true });
    try {
      const file = join(other, 'rules/flood/x.rule.json');
      writeFileSync(file, '{}');
      expect(chosen(join(other, 'rules'))).toEqual([join(other, 'rules'), null]);
      expect(chosen(file)).toEqual([join(other, 'rules'), ['x']]);
      expect(chosen(file, 'rainfall-1h')).toMatch(/^These lie in different rules folders: /);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('must be there, and be of rules', () => {
    expect(chosen('weather/gone.rule.json')).toBe('"weather/gone.rule.json" does not exist');
    expect(chosen(join(CHECKOUT, 'package.json'))).toMatch(/is no file of a rule$/);
  });
});
