import type { Rule } from '../../src/model/rule.ts';
import type { RuleSample } from './rule-files.ts';

/** Each sign as often as asked: the copies watch devices of other models, and ask each other as the originals do. */
export function copiesOf(samples: readonly RuleSample[], times: number): RuleSample[] {
  return Array.from({ length: times }, (_, n) => samples.map((sample) => (n === 0 ? sample : copyOf(sample, n)))).flat();
}

function copyOf(sample: RuleSample, n: number): RuleSample {
  const { rule } = sample;
  const suffix = `-c${n}`;
  const renamed = JSON.parse(JSON.stringify(rule), (key, value: unknown) => (key === 'sign' ? `${String(value)}${suffix}` : value)) as Rule;
  const models = rule.models.length === 0 ? [`${sample.model}${suffix}`] : rule.models.map((model) => `${model}${suffix}`);
  const copy: Rule = { ...renamed, id: `${rule.id}${suffix}`, models };
  return { ...sample, rule: copy, model: `${sample.model}${suffix}` };
}
