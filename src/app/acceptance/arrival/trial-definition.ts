import { join } from 'node:path';
import { readCity } from '../../../config/city-folder.ts';
import { compileRule } from '../../../engine/compile-rule.ts';
import type { Rule } from '../../../model/rule.ts';
import type { Millis } from '../../../model/time.ts';
import type { Definition } from '../../definition.ts';
import { checkRules } from '../../load-definition.ts';
import { readPalette, type Sayings } from './palette.ts';

/** Rules that judge at once make no promise about order; in this trial they wait as long as this. */
export const LEAST_LATENESS: Millis = 10_000;

/** The real rules and the real city, in a form in which every rule waits for late readings. */
export interface TrialGround {
  readonly definition: Definition;
  readonly palette: (model: string) => Sayings;
  /** Rules of the folder that take no part, and why. */
  readonly leftOut: readonly string[];
}

export async function readGround(root: string): Promise<TrialGround> {
  const city = await readCity(join(root, 'fixtures/xuhui'));
  const { rules, problems } = await checkRules(join(root, 'rules'), city);
  const leftOut = [...new Set(problems.map(({ file, message }) => `${file}: ${message}`))];
  const patient: Rule[] = [];
  for (const rule of rules.rules) {
    const { compiled } = compileRule(rule, rule.id);
    if (compiled === null) continue;
    // What it measures is the delay itself.
    if (compiled.measures.has('$lag')) leftOut.push(`${rule.id}: it speaks of how late readings are`);
    else patient.push(rule.lateness === 0 ? { ...rule, lateness: LEAST_LATENESS } : rule);
  }
  return {
    definition: {
      rules: { hash: 'arrival', rules: patient },
      city,
      settings: { clock: 'wall', maxAhead: 300_000, maxJump: 31 * 86_400_000, codecs: {} },
    },
    palette: readPalette(join(root, 'rules'), patient),
    leftOut,
  };
}

/** The same ground with other rules. */
export function withLateness(ground: TrialGround, lateness: (rule: Rule) => Millis): TrialGround {
  const rules = ground.definition.rules.rules.map((rule) => ({ ...rule, lateness: lateness(rule) }));
  return { ...ground, definition: { ...ground.definition, rules: { hash: 'other', rules } } };
}
