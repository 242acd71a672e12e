import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RULE_PROBLEM_CODES } from './rule-problem-codes.ts';
import { parseRuleTest, RULE_TEST_ENDING } from './rule-test-file.ts';
import { readRules } from './rules-folder.ts';

const RULES = fileURLToPath(new URL('../../rules/', import.meta.url));

/** Signs alone give no rule its keys. */
const LAST = { fact: 'last', params: { of: 'x' } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maibo-rules-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function rule(id: string): string {
  return JSON.stringify({
    id,
    version: 1,
    title: { zh: '试', en: 'Trial' },
    domain: 'trial',
    unit: 'u',
    scope: 'sensor',
    value: { fact: 'last', params: { of: 'x' } },
    levels: { red: { when: { fact: 'value', operator: 'equal', value: 1 }, evidence: 'E', source: 'engineering default' } },
    source: { standard: 'none: engineering default', effectiveFrom: null, note: '' },
  });
}

async function put(name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), content);
}

async function codes(): Promise<string[]> {
  const { problems } = await readRules(folder);
  return problems.map(({ code, file }) => `${code} ${file}`);
}

test('the rules of this repository have no problem, and each has its test', async () => {
  const { ruleSet, problems } = await readRules(RULES);
  expect(problems).toEqual([]);
  expect(ruleSet.rules.length).toBeGreaterThanOrEqual(20);
  const files = await readdir(RULES, { recursive: true });
  for (const { id, domain } of ruleSet.rules) expect(files).toContain(join(domain, id + RULE_TEST_ENDING));
});

test('the rule tests of this repository are as their schema says', async () => {
  const files = (await readdir(RULES, { recursive: true })).filter((file) => file.endsWith(RULE_TEST_ENDING));
  expect(files.length).toBeGreaterThanOrEqual(20);
  for (const file of files) expect(parseRuleTest(await readFile(join(RULES, file), 'utf8'), file).problems).toEqual([]);
});

test('a rule test with a slip in it is refused', () => {
  const text = JSON.stringify({ rule: 'x', cases: [{ name: 'n', input: [{ at: '0s', every: '1m', values: { x: 1 } }], expect: [] }] });
  expect(parseRuleTest(text, 'x.rule-test.json').problems.map(({ pointer }) => pointer)).toContain('/cases/0/input/0');
});

test('the README lists exactly the codes that exist', async () => {
  const readme = await readFile(join(RULES, 'README.md'), 'utf8');
  const listed = [...readme.matchAll(/^\| `(rules?-[a-z-]+)` +\|/gm)].map(([, code]) => code as string);
  expect(listed.sort()).toEqual([...RULE_PROBLEM_CODES].sort());
});

test('the README has a row for every fact, in both languages', async () => {
  const readme = await readFile(join(RULES, 'README.md'), 'utf8');
  const schema = JSON.parse(await readFile(new URL('../../schemas/rule.schema.json', import.meta.url), 'utf8')) as {
    definitions: { factName: { enum: string[] } };
  };
  for (const half of [readme.slice(0, readme.indexOf('# English')), readme.slice(readme.indexOf('# English'))]) {
    const heads = [...half.matchAll(/^\| ((`[a-z-]+` )+)\|/gm)].flatMap(([, names]) =>
      [...(names as string).matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );
    expect(schema.definitions.factName.enum.filter((name) => !heads.includes(name))).toEqual([]);
  }
});

test('no rule claims a standard for a threshold that is an engineering default', async () => {
  const { ruleSet } = await readRules(RULES);
  for (const { id, levels } of ruleSet.rules) {
    for (const { level, evidence, source } of levels) {
      const where = `${id} ${level}`;
      if (evidence === 'E') expect(source, where).toContain('engineering default');
      if (evidence === 'M') expect(source, where).toContain('from memory');
    }
  }
});

test('F1: equal folders have equal hashes wherever they lie, and a changed byte changes it', async () => {
  const copy = join(folder, 'copy');
  await cp(RULES, copy, { recursive: true });
  const here = (await readRules(RULES)).ruleSet.hash;
  expect(here).toMatch(/^[0-9a-f]{64}$/);
  expect((await readRules(copy)).ruleSet.hash).toBe(here);
  const file = join(copy, 'fire/smoke-alarm.rule.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"version": \d+/, '"version": 999'));
  expect((await readRules(copy)).ruleSet.hash).not.toBe(here);
});

test('F1: a test file or a note beside the rules does not change the hash', async () => {
  await put('trial/a.rule.json', rule('a'));
  const before = (await readRules(folder)).ruleSet.hash;
  await put('trial/a.rule-test.json', '{}');
  await put('README.md', 'hello');
  expect((await readRules(folder)).ruleSet.hash).toBe(before);
});

test('F2: a bad file does not hide the others', async () => {
  await put('trial/a.rule.json', '{');
  await put('trial/b.rule.json', rule('b'));
  await put('trial/c.rule.json', rule('x'));
  const { ruleSet } = await readRules(folder);
  expect(ruleSet.rules.map(({ id }) => id)).toEqual(['b']);
  expect(await codes()).toEqual(['rule-json trial/a.rule.json', 'rule-id-file trial/c.rule.json']);
});

test('F2, F3: a sign that is not there is named; one whose own file is bad is not named again', async () => {
  const asking = (id: string, sign: string): string =>
    rule(id).replace(
      '{"fact":"last","params":{"of":"x"}}',
      JSON.stringify({ fact: 'total', params: { of: [{ fact: 'sign', params: { sign } }, LAST] } }),
    );
  await put('trial/a.rule.json', asking('a', 'b'));
  await put('trial/b.rule.json', '{');
  await put('trial/c.rule.json', asking('c', 'nowhere'));
  await put('trial/d.rule.json', asking('d', 'a'));
  const { ruleSet } = await readRules(folder);
  expect(await codes()).toEqual(['rule-json trial/b.rule.json', 'rule-sign-unknown trial/c.rule.json']);
  expect(ruleSet.rules.map(({ id }) => id)).toEqual(['a', 'd']);
});

test('one id in two files is refused', async () => {
  await put('trial/a.rule.json', rule('a'));
  await put('more/trial/a.rule.json', rule('a'));
  expect(await codes()).toEqual(['rule-id-duplicate trial/a.rule.json']);
});

test('a folder that is not there is one problem', async () => {
  const { ruleSet, problems } = await readRules(join(folder, 'nowhere'));
  expect(ruleSet.rules).toEqual([]);
  expect(problems.map(({ code }) => code)).toEqual(['rules-folder-unreadable']);
});

test('bytes that are no UTF-8 are refused, a byte-order mark is not', async () => {
  await put('trial/a.rule.json', Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]));
  await put('trial/b.rule.json', `\uFEFF${rule('b')}`);
  expect(await codes()).toEqual(['rule-encoding trial/a.rule.json']);
});

test('a file above the limit is not read', async () => {
  await put('trial/a.rule.json', ' '.repeat(65_537));
  expect(await codes()).toEqual(['rule-too-large trial/a.rule.json']);
});

test('a pipe in the place of a file does not hang the reader', async () => {
  await mkdir(join(folder, 'trial'));
  execFileSync('mkfifo', [join(folder, 'trial/a.rule.json')]);
  expect(await codes()).toEqual(['rule-file-unreadable trial/a.rule.json']);
});

test('a mounted ConfigMap, whose files are links into a dotted folder, is read once', async () => {
  await put('trial/..2026/a.rule.json', rule('a'));
  await symlink('..2026/a.rule.json', join(folder, 'trial/a.rule.json'));
  const { ruleSet, problems } = await readRules(folder);
  expect(problems).toEqual([]);
  expect(ruleSet.rules.map(({ id }) => id)).toEqual(['a']);
});

test('a link that leads nowhere is named', async () => {
  await mkdir(join(folder, 'trial'));
  await symlink('gone', join(folder, 'trial/a.rule.json'));
  expect(await codes()).toEqual(['rule-file-unreadable trial/a.rule.json']);
});
