import { conditionRoots, walkCondition } from '../../../config/rule-checks/condition-walk.ts';
import { factsOf } from '../../../config/rule-checks/fact-walk.ts';
import type { RuleFile } from '../../../config/rule-file-shape.ts';
import { LEVELS, type Level } from '../../../model/level.ts';
import { oneStep, oneTenth } from './one-step.ts';

/** A rule file with one number moved: a test of the rule must notice. */
export interface Mutant {
  readonly kind: 'threshold' | 'duration';
  readonly pointer: string;
  readonly was: number | string;
  readonly now: number | string;
  /** The level that it belongs to; `null` where several may. */
  readonly level: Level | null;
  readonly file: RuleFile;
}

/** Parameters of facts that a sample, a share or an order of samples is compared with. */
const THRESHOLDS = new Set(['equal', 'above', 'below', 'atLeast', 'atMost', 'rank', 'then', 'else']);

/** A quantile is right to 1 % only, and never says what lies between two such steps. */
const QUANTILE_STEP = 1.01 / 0.99 - 1;

/** Every threshold one step down and up, every hold a tenth shorter and longer. */
export function mutantsOf(file: RuleFile): Mutant[] {
  const thresholds = [...comparedWith(file), ...thresholdParams(file)].flatMap(({ pointer, value, fact }) =>
    oneStep(value, fact === 'percentile' ? Math.abs(value) * QUANTILE_STEP : 0).map((now) =>
      mutant(file, { kind: 'threshold', pointer, was: value, now }),
    ),
  );
  const durations = holds(file).flatMap(({ pointer, value }) =>
    oneTenth(value).map((now) => mutant(file, { kind: 'duration', pointer, was: value, now })),
  );
  return [...thresholds, ...durations];
}

interface Site<T> {
  readonly pointer: string;
  readonly value: T;
  /** What is compared with it. */
  readonly fact?: unknown;
}

/** Numbers on the right of comparisons. */
function comparedWith(file: RuleFile): Site<number>[] {
  const sites: Site<unknown>[] = [];
  for (const { root, pointer } of conditionRoots(file)) {
    for (const { node, pointer: at } of walkCondition(root, pointer)) {
      const { value } = node;
      const fact = node['fact'] === 'value' ? file.value.fact : node['fact'];
      if (Array.isArray(value)) value.forEach((one: unknown, i) => sites.push({ pointer: `${at}/value/${i}`, value: one, fact }));
      else sites.push({ pointer: `${at}/value`, value, fact });
    }
  }
  return sites.filter(isNumeric);
}

function thresholdParams(file: RuleFile): Site<number>[] {
  return factsOf(file)
    .flatMap(({ params, pointer }) =>
      Object.entries(params).map(([name, value]) => ({ name, pointer: `${pointer}/params/${name}`, value })),
    )
    .filter(({ name }) => THRESHOLDS.has(name))
    .filter(isNumeric);
}

function holds(file: RuleFile): Site<string>[] {
  return LEVELS.flatMap((level) => [
    { pointer: `/levels/${level}/for`, value: file.levels[level]?.for },
    { pointer: `/levels/${level}/clear/for`, value: file.levels[level]?.clear?.for },
  ]).filter((site): site is Site<string> => site.value !== undefined);
}

function isNumeric<S extends Site<unknown>>(site: S): site is S & Site<number> {
  return typeof site.value === 'number';
}

function mutant(file: RuleFile, change: Omit<Mutant, 'file' | 'level'>): Mutant {
  const changed = structuredClone(file);
  const steps = change.pointer.slice(1).split('/').map(unescaped);
  let holder = changed as unknown as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
  holder[steps.at(-1) as string] = change.now;
  return { ...change, level: LEVELS.find((level) => change.pointer.startsWith(`/levels/${level}/`)) ?? null, file: changed };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
