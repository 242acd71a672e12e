import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ruleOf } from '../app/check-rules.ts';

export interface RulePaths {
  readonly directory: string;
  /** Ids, in the order in which they were asked for; `null` for the whole folder. */
  readonly only: ReadonlySet<string> | null;
}

/**
 * What `PATH…` asks for: a rules folder, one of its domains, a file of a rule or of its test, or the id of a rule.
 * Paths inside the configured folder choose some of its rules; the others stay beside them, for the signs that they ask for.
 * @returns a sentence that says what is wrong with the paths, where something is
 */
export function readRulePaths(paths: readonly string[], rulesDir: string): RulePaths | string {
  const only = new Set<string>();
  const folders = new Set<string>();
  let whole = paths.length === 0;
  for (const path of paths) {
    const found = [resolve(path), join(rulesDir, path)].find((one) => statSync(one, { throwIfNoEntry: false }) !== undefined);
    if (found === undefined) {
      if (/[\\/]|\.json$/.test(path)) return `"${path}" does not exist`;
      only.add(path);
      folders.add(rulesDir);
      continue;
    }
    const isFolder = statSync(found).isDirectory();
    const ids = isFolder ? idsBelow(found) : [ruleOf(found)];
    if (ids.includes(null)) return `"${path}" is no file of a rule`;
    const inside = isBelow(found, rulesDir);
    const folder = inside ? rulesDir : isFolder ? found : folderOf(found);
    folders.add(folder);
    if (found === folder) whole = true;
    else for (const id of ids) only.add(id as string);
  }
  if (folders.size > 1) return `These lie in different rules folders: ${[...folders].join(', ')}; name those of one folder`;
  return { directory: [...folders][0] ?? rulesDir, only: whole ? null : only };
}

function idsBelow(folder: string): (string | null)[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(ruleOf)
    .filter((id) => id !== null);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || !relative(folder, path).split(sep).includes('..');
}

/** Of a rule's file: the folder that holds its domain, where it stands in one that other domains share; else its own. */
function folderOf(file: string): string {
  return basename(dirname(dirname(file))) === 'rules' ? dirname(dirname(file)) : dirname(file);
}
