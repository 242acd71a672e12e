/*
 * The import law, as a tool holds it; src/README.md says it in words.
 * Paths are relative to the root of the checkout. Type-only imports are seen too (tsPreCompilationDeps).
 */

const CORE = ['model', 'decode', 'registry', 'engine', 'alerts', 'dispatch'];

/** What a folder may import of the others. `types` are imports that vanish at run time: a port that an edge implements. */
const LAW = {
  model: { values: [], types: [] },
  decode: { values: ['model'], types: [] },
  registry: { values: ['model'], types: [] },
  engine: { values: ['model'], types: [] },
  alerts: { values: ['model'], types: [] },
  dispatch: { values: ['model'], types: [] },
  ingest: { values: ['model', 'telemetry'], types: CORE },
  journal: { values: ['model', 'telemetry'], types: CORE },
  deliver: { values: ['model', 'telemetry'], types: CORE },
  history: { values: ['model', 'telemetry'], types: CORE },
  api: { values: ['model', 'telemetry'], types: CORE },
  web: { values: [], types: ['model'] },
  config: { values: ['model'], types: [] },
  telemetry: { values: ['model'], types: [] },
  cli: { values: ['app', 'config', 'model'], types: [] },
  app: { values: [...CORE, 'ingest', 'journal', 'deliver', 'history', 'api', 'config', 'telemetry'], types: [] },
};

/** Where each npm package may be used. One that is not here may not be used at all. */
const PACKAGES = {
  '@duckdb/node-api': ['history'],
  // What the other is made of: columns as they lie in memory, which it does not give.
  '@duckdb/node-bindings': ['history/embedded'],
  '@fastify/[^/]+': ['api'],
  '@influxdata/influxdb-client': ['history'],
  aedes: ['ingest'],
  ajv: ['config', 'decode', 'api', 'app/replay'],
  'ajv-formats': ['config', 'decode', 'api', 'app/replay'],
  'csv-parse': ['app/replay'],
  fastify: ['api'],
  gcoord: ['config'],
  // The reference, never the engine: it answers `maibo rules eval --reference` and the tests.
  'json-rules-engine': ['app/reference-eval\\.ts'],
  libsql: ['journal'],
  // The demo and the replay stand outside the door, as a gateway does.
  mqtt: ['ingest', 'app/replay', 'app/demo'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  undici: ['deliver'],
};

/** Tests stand beside the code, join what they need, and use what they like; only `app` stays out of their reach too. */
const TESTS = '(\\.test\\.ts|/test-[^/]+\\.ts|\\.child\\.mjs)$|^src/app/(acceptance|structure)/';
/** Started by their address, not by an import. */
const STARTED = '^src/(main|journal/commit-worker|app/history/history-process|app/backtest/backtest-thread)\\.ts$';

const anyOf = (names) => `(${names.join('|')})`;
const inSrc = (places) => `^src/${anyOf(places.map((place) => (place.endsWith('.ts') ? `${place}$` : `${place}/`)))}`;

function folderRules([folder, { values, types }]) {
  const from = { path: `^src/${folder}/`, pathNot: TESTS };
  const reason = `${folder}/ may import ${values.join(', ') || 'nothing'}${types.length > 0 ? `; as a type: ${types.join(', ')}` : ''}.`;
  const visible = [folder, ...values, ...types];
  const hidden = { name: `${folder}-imports`, severity: 'error', comment: reason, from, to: { path: '^src/', pathNot: inSrc(visible) } };
  const asValues = types.filter((name) => !values.includes(name));
  if (asValues.length === 0) return [hidden];
  const port = { path: inSrc(asValues), dependencyTypesNot: ['type-only'] };
  return [hidden, { name: `${folder}-types-only`, severity: 'error', comment: reason, from, to: port }];
}

function packageRule([name, places]) {
  return {
    name: `package-${name.replace(/[^a-z0-9-]+/g, '-').replace(/^-|-$/g, '')}`,
    severity: 'error',
    comment: `${name} is for ${places.join(', ')} only.`,
    from: { path: '^src/', pathNot: [TESTS, inSrc(places)] },
    to: { path: `(^|/)node_modules/${name}/` },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(LAW).flatMap(folderRules),
    ...Object.entries(PACKAGES).map(packageRule),
    {
      name: 'known-folder',
      severity: 'error',
      comment: 'A new folder of src/ gets its line in this law and in src/README.md first.',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(LAW).join('|')})/|^src/main\\.ts$` },
      to: {},
    },
    {
      name: 'main-imports',
      severity: 'error',
      comment: 'main.ts knows arguments, signals and the exit code.',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(cli|app|config)/' },
    },
    {
      name: 'nobody-imports-app',
      severity: 'error',
      comment: 'Only cli/ and main.ts import app/; tests too.',
      from: { path: '^(src|bench)/', pathNot: '^src/(app|cli)/|^src/main\\.ts$|^bench/' },
      to: { path: '^src/app/' },
    },
    {
      name: 'package-in-the-table',
      severity: 'error',
      comment: 'A package gets its folders in the table of .dependency-cruiser.cjs before its first use.',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: `(^|/)node_modules/${anyOf([...Object.keys(PACKAGES), '@types'])}/` },
    },
    {
      name: 'package-declared',
      severity: 'error',
      comment: 'What is imported is in package.json; what runs in production is no devDependency.',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'The core does no I/O. Only a digest (createHash) is arithmetic.',
      from: { path: inSrc(CORE), pathNot: [TESTS, '^src/model/fingerprint\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'fingerprint-hashes',
      severity: 'error',
      comment: 'model/fingerprint.ts may use node:crypto, and nothing else of Node.',
      from: { path: '^src/model/fingerprint\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      comment: 'Test rigs are for tests.',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: `^src/.*${TESTS}` },
    },
    { name: 'no-cycles', severity: 'error', comment: 'Two files that need each other are one idea.', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody imports it, and it imports nobody: dead.',
      from: { orphan: true, path: '^src/', pathNot: [TESTS, STARTED] },
      to: {},
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'What is imported exists.',
      from: { path: '^src/', pathNot: '\\.child\\.mjs$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
