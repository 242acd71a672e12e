import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Level } from '../model/level.ts';
import { Refusal, type Problem } from '../model/problem.ts';
import { readCheckedFile } from './checked-file.ts';

/** One trial of `routing-test.json`. */
export interface RoutingTrial {
  readonly name: string;
  readonly rule: string;
  readonly level: Level;
  readonly street?: string;
  readonly place?: string;
  /** RFC 3339. */
  readonly at: string;
  readonly route: string | null;
  readonly lead: string;
  readonly support: readonly string[];
}

/** The trials of a city's routes; none where it has no such file. @throws Refusal `city-invalid` */
export function readRoutingTrials(directory: string): readonly RoutingTrial[] {
  const file = resolve(directory, 'routing-test.json');
  if (!existsSync(file)) return [];
  const problems: Problem[] = [];
  const read = readCheckedFile(file, 'city-routing-test', 'city', problems) as { readonly cases: readonly RoutingTrial[] } | null;
  if (read === null) throw new Refusal('city-invalid', `The trials of the routes in ${directory} have faults.`, problems);
  return read.cases;
}
