import type { Config } from '../config/config.ts';
import { readCity } from '../config/city-folder.ts';
import { readRules, type RulesFolder } from '../config/rules-folder.ts';
import { compileRule } from '../engine/compile-rule.ts';
import { Refusal, type Problem } from '../model/problem.ts';
import type { City } from '../model/place.ts';
import type { Definition } from './definition.ts';

/**
 * Reads what the files say now: city, rules, settings. All of it is right, or nothing is taken.
 * @throws Refusal `rules-invalid` or `city-…` with every problem that was found.
 */
export async function loadDefinition(config: Config, clock: 'wall' | 'events'): Promise<Definition> {
  const city = await readCity(config.cityDir);
  const { rules, problems } = await checkRules(config.rulesDir, city);
  if (problems.length > 0)
    throw new Refusal(
      'rules-invalid',
      `The rules in ${config.rulesDir} have ${problems.length} problem(s); nothing was started.`,
      problems,
    );
  const codecs = Object.fromEntries(Object.entries(config.gateways).map(([id, gateway]) => [id, gateway.codec]));
  return {
    rules,
    city: config.unknownSensors === null ? city : { ...city, unknownSensors: config.unknownSensors },
    settings: { clock, maxAhead: config.clock.maxAhead, maxJump: config.clock.maxJump, codecs },
  };
}

export interface CheckedRules {
  readonly rules: Definition['rules'];
  readonly problems: Problem[];
  readonly files: RulesFolder['files'];
}

/** Everything that can be said of a rules folder without running it: files, facts, measures, parties. */
export async function checkRules(directory: string, city: City): Promise<CheckedRules> {
  const vocabulary = { measures: city.measures, parties: city.parties.map((party) => party.id) };
  const { ruleSet, problems, files } = await readRules(directory, vocabulary);
  const compiled = ruleSet.rules.flatMap((rule) => compileRule(rule, files.get(rule.id) ?? `${rule.id}.rule.json`).problems);
  return { rules: ruleSet, problems: [...problems, ...compiled], files };
}
