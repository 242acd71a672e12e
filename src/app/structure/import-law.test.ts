import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plant, ROOT, type PlantedFiles } from './planted-files.ts';

/*
 * The law is a configuration file, and a pattern with a slip in it forbids nothing. So each kind of trespass is planted
 * in a small checkout, and the same configuration must report it by name, and must leave what is legal alone.
 */

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

const VALUE = 'export const value = 1;';
const fakePackage = (name: string): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'exports.value = 1;',
});

const SKELETON: Readonly<Record<string, string>> = {
  'src/main.ts': "import { value } from './cli/command.ts';\nexport const main = value;",
  'src/cli/command.ts':
    "import { value } from '../app/app.ts';\nimport { value as other } from '../config/load.ts';\nexport { value, other };",
  'src/app/app.ts': [
    "import { decide } from '../engine/decide.ts';",
    "import { connect } from '../ingest/connect.ts';",
    "import { store } from '../journal/store.ts';",
    "import { check } from '../decode/check.ts';",
    "import { log } from '../telemetry/log.ts';",
    "import { digest } from '../model/fingerprint.ts';",
    "import { send } from '../deliver/send.ts';",
    'export const value = [decide, connect, store, check, log, digest, send].length;',
  ].join('\n'),
  'src/app/app.test.ts': "import { it } from 'vitest';\nimport { value } from './app.ts';\nit('is', () => void value);",
  'src/app/reference-eval.ts': "import { value } from 'json-rules-engine';\nexport { value };",
  'src/model/word.ts': VALUE,
  'src/model/fingerprint.ts': "import { createHash } from 'node:crypto';\nexport const digest = createHash;",
  'src/engine/decide.ts':
    "import { value } from '../model/word.ts';\nexport interface Port { readonly value: number }\nexport const decide = value;",
  'src/engine/decide.test.ts':
    "import { readFileSync } from 'node:fs';\nimport { value } from 'json-rules-engine';\nexport const read = [readFileSync, value];",
  'src/decode/check.ts': "import { value } from 'ajv';\nexport const check = value;",
  'src/config/load.ts': "import { readFileSync } from 'node:fs';\nimport { value } from 'ajv';\nexport { readFileSync, value };",
  'src/ingest/connect.ts':
    "import { value } from 'aedes';\nimport { log } from '../telemetry/log.ts';\nexport const connect = [value, log];",
  'src/journal/store.ts': "import type { Port } from '../engine/decide.ts';\nexport const store: Port = { value: 1 };",
  'src/deliver/send.ts': "import { value } from 'undici';\nexport const send = value;",
  'src/telemetry/log.ts': "import { value } from 'pino';\nexport const log = value;",
  ...['aedes', 'ajv', 'json-rules-engine', 'left-pad', 'libsql', 'pino', 'undici', 'vitest']
    .map(fakePackage)
    .reduce((all, one) => ({ ...all, ...one }), {}),
};

const imports = (path: string): string => `import { value } from '${path}';\nexport const used = value;`;

/** What was planted, under which rule it must be reported. */
const TRESPASSES: readonly { readonly name: string; readonly file: string; readonly text: string; readonly rule: string }[] = [
  { name: 'the model importing a folder', file: 'src/model/a.ts', text: imports('../telemetry/log.ts'), rule: 'model-imports' },
  { name: 'a core folder importing its sibling', file: 'src/alerts/a.ts', text: imports('../engine/decide.ts'), rule: 'alerts-imports' },
  {
    name: 'a core folder importing its sibling only as a type',
    file: 'src/dispatch/a.ts',
    text: "import type { Port } from '../engine/decide.ts';\nexport type Mine = Port;",
    rule: 'dispatch-imports',
  },
  { name: 'a core folder importing an edge', file: 'src/registry/a.ts', text: imports('../journal/store.ts'), rule: 'registry-imports' },
  {
    name: 'the core reading a file',
    file: 'src/engine/reads.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const used = readFileSync;",
    rule: 'core-is-pure',
  },
  { name: 'the core using a package of an edge', file: 'src/engine/logs.ts', text: imports('pino'), rule: 'package-pino' },
  { name: 'an edge calling the core', file: 'src/journal/calls.ts', text: imports('../engine/decide.ts'), rule: 'journal-types-only' },
  { name: 'an edge importing another edge', file: 'src/deliver/a.ts', text: imports('../journal/store.ts'), rule: 'deliver-imports' },
  { name: 'an edge importing app', file: 'src/api/a.ts', text: imports('../app/app.ts'), rule: 'nobody-imports-app' },
  { name: 'a test outside app importing app', file: 'src/deliver/a.test.ts', text: imports('../app/app.ts'), rule: 'nobody-imports-app' },
  {
    name: 'the reference on the hot path',
    file: 'src/engine/slow.ts',
    text: imports('json-rules-engine'),
    rule: 'package-json-rules-engine',
  },
  { name: 'SQLite outside the journal', file: 'src/api/reads.ts', text: imports('libsql'), rule: 'package-libsql' },
  { name: 'a package that nobody admitted', file: 'src/config/pads.ts', text: imports('left-pad'), rule: 'package-in-the-table' },
  { name: 'a development tool in the product', file: 'src/deliver/tests.ts', text: imports('vitest'), rule: 'package-declared' },
  {
    name: 'the product using a test rig',
    file: 'src/ingest/rigged.ts',
    text: imports('./test-rig.ts'),
    rule: 'no-test-code-in-the-product',
  },
  {
    name: 'main reaching past the commands',
    file: 'src/main.ts',
    text: `${SKELETON['src/main.ts'] ?? ''}\nimport { log } from './telemetry/log.ts';\nexport { log };`,
    rule: 'main-imports',
  },
  { name: 'a folder that nobody wrote down', file: 'src/utils/a.ts', text: imports('../model/word.ts'), rule: 'known-folder' },
  { name: 'a circle', file: 'src/config/first.ts', text: imports('./second.ts'), rule: 'no-cycles' },
  { name: 'a file that nobody needs', file: 'src/telemetry/alone.ts', text: VALUE, rule: 'no-orphans' },
  { name: 'an import of nothing', file: 'src/telemetry/gone.ts', text: imports('./nowhere.ts'), rule: 'imports-resolve' },
];

const SUPPORT: Readonly<Record<string, string>> = {
  'src/ingest/test-rig.ts': VALUE,
  'src/config/second.ts': "import { used } from './first.ts';\nexport const value = used;",
};

function trespassesIn(root: string): readonly Violation[] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(process.execPath, [program, '--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.stdout === '') throw new Error(run.stderr);
  return (JSON.parse(run.stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe('the import law', () => {
  let planted: PlantedFiles;
  let found: readonly Violation[] = [];
  beforeAll(() => {
    planted = plant({ ...SKELETON, ...SUPPORT, ...Object.fromEntries(TRESPASSES.map(({ file, text }) => [file, text])) });
    found = trespassesIn(planted.root);
  }, 60_000);
  afterAll(() => planted.remove());

  for (const { name, file, rule } of TRESPASSES)
    it(`reports ${name}`, () => {
      expect(found.filter((one) => one.from === file).map((one) => one.rule.name)).toContain(rule);
    });

  it('leaves what is legal alone', { timeout: 60_000 }, () => {
    const legal = plant(SKELETON);
    try {
      expect(trespassesIn(legal.root)).toEqual([]);
    } finally {
      legal.remove();
    }
  });
});
