import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sign } from './catalogue.ts';

/** The list of vital signs that lies in the rules folder. */
export function readSigns(rulesDir: string): readonly Sign[] {
  return (JSON.parse(readFileSync(join(rulesDir, 'signs.json'), 'utf8')) as { readonly signs: readonly Sign[] }).signs;
}
