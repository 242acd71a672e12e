// The only linter. Biome formats, dependency-cruiser holds the import law, tsc holds the types.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Pure folders: no I/O, no clock, no chance. Time is an argument. */
const CORE = ['model', 'decode', 'registry', 'engine', 'alerts', 'dispatch'].map((folder) => `src/${folder}/**/*.ts`);
const TESTS = ['src/**/*.test.ts', 'src/**/test-*.ts', 'src/app/{acceptance,structure}/**/*.ts'];
const ACCEPTANCE = ['src/**/*.acceptance.test.ts', 'src/app/acceptance/**/*.ts'];

const NO_BARREL = { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has the thing.' };
const NO_DEFAULT = { selector: 'ExportDefaultDeclaration', message: 'Named exports only, so that a thing has one name everywhere.' };
const NO_CLOCK = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
  message: 'The core has no clock: take the time as an argument.',
};
const NO_CHANCE = 'The core has no chance: derive ids from what happened.';
const NO_WAIT = 'A test waits for what happens, never for a time; poll with a deadline in *.acceptance.test.ts.';

/** Cheap ones that catch mistakes, everywhere. */
const EVERYWHERE = {
  eqeqeq: ['error', 'always'],
  'no-constant-binary-expression': 'error',
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-debugger': 'error',
  'no-eval': 'error',
  'no-extend-native': 'error',
  'no-loss-of-precision': 'error',
  'no-new-func': 'error',
  'no-new-wrappers': 'error',
  'no-self-compare': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  // The first of a Map is found by a loop that ends at once.
  'no-unreachable-loop': ['error', { ignore: ['ForOfStatement'] }],
  'no-unsafe-finally': 'error',
  'no-var': 'error',
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
  'object-shorthand': 'error',
  'prefer-const': ['error', { destructuring: 'all' }],
};

/** What only a linter that knows the types can see. */
const TYPED = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-misused-spread': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-enum-comparison': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-unsafe-unary-minus': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/prefer-readonly': 'error',
  '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/unbound-method': 'error',
};

/** A file is one idea, a function one step. The norms are 250 and 40; here is where it stops. */
const SIZE = {
  complexity: ['error', 20],
  'max-depth': ['error', 4],
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 4],
};

const forbidden = (names, message) => names.map((name) => ({ name, message }));

export default defineConfig(
  { ignores: ['**/dist/**', '**/dist-bench/**', '**/node_modules/**', 'data/**', 'coverage/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: { ...EVERYWHERE, ...TYPED, ...SIZE, 'no-restricted-syntax': ['error', NO_BARREL, NO_DEFAULT] },
  },
  { files: ['**/*.{js,mjs,cjs}'], rules: EVERYWHERE },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': ['error', NO_BARREL] } },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/telemetry/**', 'src/cli/**', 'src/main.ts', ...TESTS],
    rules: { 'no-console': 'error' },
  },
  {
    files: CORE,
    ignores: TESTS,
    rules: {
      'no-restricted-syntax': ['error', NO_BARREL, NO_DEFAULT, NO_CLOCK],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: NO_CLOCK.message },
        { object: 'Math', property: 'random', message: NO_CHANCE },
        { property: 'getRandomValues', message: NO_CHANCE },
        { property: 'randomUUID', message: NO_CHANCE },
      ],
      'no-restricted-globals': [
        'error',
        ...forbidden(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'], NO_CLOCK.message),
        ...forbidden(
          ['fetch', 'process', 'console', 'WebSocket', 'globalThis', 'global', 'crypto'],
          'The core does no I/O: take the value as an argument, return what is to be done.',
        ),
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(node:|(fs|os|net|tls|http|https|dns|child_process|worker_threads|crypto|timers|process|perf_hooks)(/|$))',
              message: 'The core does no I/O.',
            },
          ],
        },
      ],
    },
  },
  {
    // A digest is arithmetic; everything else in node:crypto is chance or secrets.
    files: ['src/model/fingerprint.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:crypto', allowImportNames: ['createHash'] }], patterns: [{ regex: '^node:(?!crypto$)' }] },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      // A `describe` is as long as its sentences.
      'max-lines-per-function': 'off',
      // JSON bodies of answers are looked at as they came.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // `expect(object.method)` is not a call.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/**/*.test.ts'],
    ignores: ACCEPTANCE,
    rules: {
      'no-restricted-globals': ['error', { name: 'setTimeout', message: NO_WAIT }],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:timers/promises', message: NO_WAIT }] }],
    },
  },
);
