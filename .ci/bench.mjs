// `npm run bench`, `npm run bench:engine`: set-up, the benchmarks compiled beside their sources, then the one that is named.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SetUpError, setUp } from './setup.mjs';

const [entry, ...rest] = process.argv.slice(2);
try {
  await setUp();
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(1);
}
const compiled = join(ROOT, 'dist-bench');
run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.bench.json']);
// The compiled sources look for the schemas where the package has them: two folders up.
cpSync(join(ROOT, 'schemas'), join(compiled, 'schemas'), { recursive: true });
run([join(compiled, 'bench', entry), ...rest]);

function run(args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
