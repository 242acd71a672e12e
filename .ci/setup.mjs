// Makes a checkout ready: dependencies, then dist/. Node's own modules only, because nothing is installed yet.
// Does nothing, and says nothing, when everything is up to date.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
const OLDEST_NODE = [20, 19];

/** Ready, or a `SetUpError` whose message a person can act on. */
export async function setUp({ say = console.log } = {}) {
  checkNode();
  if (!dependenciesInstalled()) {
    say('· 安装依赖（仅第一次）/ installing dependencies, the first time only …');
    await npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const sources = fingerprint();
  if (!built(sources)) {
    say('· 编译 / building …');
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
    writeFileSync(STAMP, JSON.stringify({ sources, at: statSync(ENTRY).mtimeMs }));
  }
}

export class SetUpError extends Error {}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = OLDEST_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  const need = OLDEST_NODE.join('.');
  throw new SetUpError(
    `需要 Node ${need} 或更新，当前为 ${process.versions.node} / Maibo needs Node ${need} or newer; this is ${process.versions.node}.`,
  );
}

/** npm leaves a record of what it installed; an install that was cut short leaves none. */
function dependenciesInstalled() {
  const record = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
  );
}

const ENTRY = join(ROOT, 'dist/main.js');
const STAMP = join(ROOT, 'dist/.built');

/** Of everything that the compiler reads. By content: a checkout gives files new times, and an edit may keep the old one. */
function fingerprint() {
  const digest = createHash('sha256');
  const names = readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => join('src', String(name)));
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  for (const name of [...files.sort(), 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
    digest
      .update(`${name}\0`)
      .update(readFileSync(join(ROOT, name)))
      .update('\0');
  }
  return digest.digest('hex');
}

/** By this script, from these sources, and not by somebody else since. */
function built(sources) {
  if (!existsSync(STAMP) || !existsSync(ENTRY)) return false;
  const stamp = JSON.parse(readFileSync(STAMP, 'utf8'));
  return stamp.sources === sources && stamp.at === statSync(ENTRY).mtimeMs;
}

/** The npm that started us, or the one of this machine. */
function npm(args) {
  const program = process.env['npm_execpath'];
  if (program?.endsWith('.js')) return run(process.execPath, [program, ...args]);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' });
}

/** Quiet when it works; all that it said when it does not. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said = (said + chunk).slice(-20_000)));
    child.on('error', (error) => reject(new SetUpError(`${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SetUpError(`${said}\n${[program, ...args].join(' ')}: ${signal ?? `exit ${code}`}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp();
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error);
    process.exitCode = 1;
  }
}
