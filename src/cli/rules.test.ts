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
      expect((await rules(['test'], wrong)).out).toMatch(
        /^✗ flood\/sewer-fill-ratio\.rule\.json:\/ 规则没有测试 \/ Write sewer-fill-ratio\.rule-test\.json beside it.* \[rule-untested\]$/m,
      );
    } finally {
      rmSync(wrong, { recursive: true, force: true });
    }
  });

  it('takes a rule whose test has a slip in it for tested, and tells the slip alone', async () => {
    const wrong = mkdtempSync(join(tmpdir(), 'maibo-wrong-tests-'));
    try {
      cpSync(join(folder, 'flood'), join(wrong, 'flood'), { recursive: true });
      const file = join(wrong, 'flood/sewer-fill-ratio.rule-test.json');
      const text = readFileSync(file, 'utf8');
      for (const slip of ['{', text.replace('"rule"', '"rull"'), text.replaceAll('"sewer-level"', '"sewer-levle"')]) {
        writeFileSync(file, slip);
        const { problems } = JSON.parse((await rules(['test', '--json'], wrong)).out) as { problems: { code: string; file: string }[] };
        expect(problems.map((problem) => problem.file)).toEqual(problems.map(() => 'flood/sewer-fill-ratio.rule-test.json'));
        expect(problems.map((problem) => problem.code)).not.toContain('rule-untested');
        expect(problems).not.toEqual([]);
      }
      // A slip in the rule is none of its test.
      writeFileSync(file, text);
      writeFileSync(join(wrong, 'flood/sewer-fill-ratio.rule.json'), '{');
      expect((await rules(['test'], wrong)).out.split('\n')).toEqual([
        expect.stringContaining(
          'flood/sewer-fill-ratio.rule.json:/ 规则文件不是合法的 JSON / The file ends before all is closed',
        ) as string,
        '0 条规则 rules · 0 通过 passed · 0 失败 failed · 1 问题 problems',
        '',
      ]);
    } finally {
      rmSync(wrong, { recursive: true, force: true });
    }
  });

  it('refuses the id of no rule, and names the one that was meant', async () => {
    await expect(rules(['test', 'rainfall-9h'])).rejects.toThrow('There is no rule "rainfall-9h" (did you mean "rainfall-1h"?)');
  });
});

describe('maibo rules check', () => {
  it('says each problem in both languages, to programs too', async () => {
    const wrong = mkdtempSync(join(tmpdir(), 'maibo-bad-rules-'));
    try {
      mkdirSync(join(wrong, 'flood'));
      const text = readFileSync(join(folder, 'flood/sewer-fill-ratio.rule.json'), 'utf8');
      writeFileSync(join(wrong, 'flood/sewer-fill-ratio.rule.json'), text.replace('"scope": "sensor"', '"scope": "senser"'));
      const { code, out } = await rules(['check'], wrong);
      expect(code).toBe(1);
      expect(out).toMatch(/\/scope 规则不符合格式 \/ There is no "senser" here \(did you mean "sensor"\?\); .* \[rule-schema\]\n/);
      const { problems } = JSON.parse((await rules(['check', '--json'], wrong)).out) as { problems: object[] };
      expect(problems).toMatchObject([{ code: 'rule-schema', pointer: '/scope', title: { zh: '规则不符合格式' } }]);
    } finally {
      rmSync(wrong, { recursive: true, force: true });
    }
  });

  it('names a JSON file that is neither a rule nor a test', async () => {
    const wrong = mkdtempSync(join(tmpdir(), 'maibo-stray-rules-'));
    try {
      cpSync(join(folder, 'flood'), join(wrong, 'flood'), { recursive: true });
      writeFileSync(join(wrong, 'signs.json'), '{}');
      writeFileSync(join(wrong, 'flood/ponding-rule.json'), '{}');
      const { code, out } = await rules(['check'], wrong);
      expect(code).toBe(1);
      expect(out).toMatch(
        /^✗ flood\/ponding-rule\.json:\/ .* Name the file of a rule "<id>\.rule\.json" .* \[rule-file-name\]\n1 条规则 rules · 1 /,
      );
    } finally {
      rmSync(wrong, { recursive: true, force: true });
    }
  });

  it('does not call a path without a rule free of problems', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'maibo-no-rules-'));
    try {
      writeFileSync(join(empty, 'ponding.json'), '{}');
      await expect(rules(['check', join(empty, 'ponding.json')])).rejects.toThrow('ends neither in ".rule.json" nor in ".rule-test.json"');
      await expect(rules(['check', empty])).rejects.toThrow('holds no rule: the file of a rule ends in ".rule.json"');
      // The folder of a server may still be empty.
      rmSync(join(empty, 'ponding.json'));
      expect(await rules(['check'], empty)).toMatchObject({ code: 0, out: '0 条规则 rules · 0 问题 problems\n' });
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
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
