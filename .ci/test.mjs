// `npm test`: set-up, then every check. The last line is `N passed, N failed, N skipped`; exit 0 only if nothing failed.
// A check such as the linter counts as one test. `npm test -- unit` runs one of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, setUp, SetUpError } from './setup.mjs';

const bin = (path) => join(ROOT, 'node_modules', path);

const FORMAT = {
  name: 'format',
  zh: '格式',
  mend: 'npm run format',
  command: [bin('@biomejs/biome/bin/biome'), 'ci', '--colors=off', '--reporter=summary', '.'],
};
const LINT = { name: 'lint', zh: '静态检查', command: [bin('eslint/bin/eslint.js'), '--max-warnings=0', '.'] };
const DIRECTION = {
  name: 'direction',
  zh: '依赖方向',
  command: [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'src', 'bench'],
};
const TYPES = { name: 'types', zh: '类型', command: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'] };
const RULES = { name: 'rules', zh: '规则测试', command: ['dist/main.js', 'rules', 'test', '--json'], count: countRules };
const UNIT = { name: 'unit', zh: '单元测试', project: 'unit' };
const ACCEPTANCE = { name: 'acceptance', zh: '验收测试', project: 'acceptance' };

/** One stage after another; the lanes of a stage side by side. What measures or has time-outs runs alone. */
const STAGES = [[[FORMAT, DIRECTION, TYPES, RULES], [LINT]], [[UNIT]], [[ACCEPTANCE]]];
const CHECKS = STAGES.flat(2);

const total = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'maibo-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
// Children are told by the terminal or by npm as well; we only wait for them, and then say what there is.
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopped = true;
    for (const child of children) child.kill(signal);
  });
}
const children = new Set();

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`没有这项检查 / no such check: ${unknown.join(', ')}. ${CHECKS.map((check) => check.name).join(' ')}`);
  process.exit(2);
}

try {
  await setUp();
  add(await report('setup', '准备', async () => ({ passed: 1, failed: 0, skipped: [] })));
  for (const lanes of STAGES) await Promise.all(lanes.map(runInTurn));
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  total.failed += 1;
}
if (stopped) {
  console.error('已中断 / interrupted');
  total.failed += 1;
}
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);

async function runInTurn(checks) {
  for (const check of checks) {
    if (stopped || (asked.length > 0 && !asked.includes(check.name))) continue;
    add(await report(check.name, check.zh, () => (check.project === undefined ? runTool(check) : runProject(check.project))));
  }
}

function add(counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped.length;
}

async function report(name, zh, check) {
  const started = performance.now();
  const counts = await check();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(
    `${counts.failed === 0 ? '✓' : '✗'} ${zh} ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped (${seconds} s)`,
  );
  for (const { name: test, reason } of counts.skipped) console.log(`  ↷ 跳过 skipped: ${test}${reason === null ? '' : ` · ${reason}`}`);
  return counts;
}

/** One check is one test, unless it can count; what it said is shown when it failed. */
async function runTool({ command, count, mend }) {
  const { code, output } = await node(command, 'pipe');
  const counts = count === undefined ? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] } : count(output, code);
  if (counts.failed > 0 && count === undefined) {
    console.log(output.trimEnd());
    if (mend !== undefined) console.log(`  → ${mend}`);
  }
  return counts;
}

/** Each case of each rule file's test is a test; each problem of a file is a failed one. */
function countRules(output, code) {
  let parsed;
  try {
    parsed = JSON.parse(output);
  } catch {
    console.log(output.trimEnd());
    return { passed: 0, failed: 1, skipped: [] };
  }
  const failed = parsed.results.filter((result) => !result.passed);
  for (const { file, pointer, message } of parsed.problems) console.log(`  ✗ ${file}:${pointer} ${message}`);
  for (const { rule, name, differences } of failed) console.log([`  ✗ ${rule}: ${name}`, ...differences].join('\n      '));
  const problems = parsed.problems.length + failed.length;
  return { passed: parsed.results.length - failed.length, failed: code !== 0 && problems === 0 ? 1 : problems, skipped: [] };
}

async function runProject(project) {
  const counts = join(scratch, `${project}.json`);
  const args = [
    'run',
    '--project',
    project,
    '--allowOnly=false',
    '--reporter=default',
    `--reporter=${join(ROOT, '.ci/counting-reporter.mjs')}`,
  ];
  const { code } = await node([bin('vitest/vitest.mjs'), ...args], 'inherit', { MAIBO_TEST_COUNTS: counts });
  let counted;
  try {
    counted = JSON.parse(readFileSync(counts, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
  return code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

function node(args, output, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', output, output], env: { ...process.env, ...env } });
    children.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, output: said });
    });
  });
}
