import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRule } from '../../src/config/rule-file.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { Scalar } from '../../src/model/text.ts';

type Values = Readonly<Record<string, Scalar>>;

/** What a rule's own test file tells of its sensors: how they are registered, and what they say when all is well and when not. */
export interface RuleSample {
  readonly rule: Rule;
  readonly model: string;
  readonly attributes: Values;
  readonly placeAttributes: Values;
  readonly quiet: readonly Values[];
  readonly loud: readonly Values[];
}

interface TestFile {
  readonly city?: {
    readonly places?: readonly { readonly attributes?: Values }[];
    readonly sensors?: readonly { readonly model?: string; readonly attributes?: Values }[];
  };
  readonly ladders?: readonly (Readonly<Record<string, unknown>> & {
    readonly measure?: string;
    readonly levels: Record<string, Record<string, unknown>>;
  })[];
  readonly cases?: readonly { readonly input: readonly { readonly values: Values }[] }[];
}

/** The rules of the folder, each with samples out of its test file. */
export function readSamples(directory: string): RuleSample[] {
  const samples: RuleSample[] = [];
  for (const file of (readdirSync(directory, { recursive: true }) as string[]).filter((name) => name.endsWith('.rule.json')).sort()) {
    const { rule } = parseRule(readFileSync(join(directory, file), 'utf8'), file);
    if (rule === null) continue;
    const test = JSON.parse(readFileSync(join(directory, file.replace('.rule.json', '.rule-test.json')), 'utf8')) as TestFile;
    const sensor = test.city?.sensors?.[0];
    samples.push({
      rule,
      model: sensor?.model ?? rule.models[0] ?? `bench-${rule.id}`,
      attributes: sensor?.attributes ?? {},
      placeAttributes: test.city?.places?.[0]?.attributes ?? {},
      ...valuesOf(test),
    });
  }
  return samples;
}

function valuesOf(test: TestFile): { quiet: Values[]; loud: Values[] } {
  const quiet: Values[] = [];
  const loud: Values[] = [];
  for (const ladder of test.ladders ?? []) {
    const values = (probe: unknown): Values[] =>
      probe === undefined || probe === null
        ? []
        : typeof probe === 'object'
          ? [probe as Values]
          : [{ [ladder.measure as string]: probe as Scalar }];
    quiet.push(...values(ladder['rest']));
    for (const level of Object.values(ladder.levels)) {
      quiet.push(...values(level['clear']));
      loud.push(...values(level['past']));
    }
  }
  for (const { input } of test.cases ?? []) loud.push(...input.map(({ values }) => values));
  return { quiet: quiet.length === 0 ? loud.slice(0, 1) : quiet.slice(0, 1), loud };
}
