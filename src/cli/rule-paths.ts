import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ruleOf } from '../app/check-rules.ts';
import { RULE_FILE_ENDING } from '../config/rule-checks/file-name.ts';
import { RULE_TEST_ENDING } from '../config/rule-test-file.ts';

const ENDINGS = `"${RULE_FILE_ENDING}" nor in "${RULE_TEST_ENDING}"`;

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
    const ids = isFolder ? idsBelow(found) : [ruleOf(found)].filter((id) => id !== null);
    if (!isFolder && ids.length === 0) return `"${path}" ends neither in ${ENDINGS}, so that it is no file of a rule`;
    if (!holdsRule(found, isFolder)) return `"${path}" holds no rule: the file of a rule ends in "${RULE_FILE_ENDING}"`;
    const inside = isBelow(found, rulesDir);
    const folder = inside ? rulesDir : isFolder ? found : folderOf(found);
    folders.add(folder);
    if (found === folder) whole = true;
    else for (const id of ids) only.add(id);
  }
  if (folders.size > 1) return `These lie in different rules folders: ${[...folders].join(', ')}; name those of one folder`;
  return { directory: [...folders][0] ?? rulesDir, only: whole ? null : only };
}

function idsBelow(folder: string): string[] {
  return filesBelow(folder)
    .map(ruleOf)
    .filter((id) => id !== null);
}

/** Who names a folder wants its rules looked at: that there are none must not pass for "no problems". */
function holdsRule(path: string, isFolder: boolean): boolean {
  return !isFolder || filesBelow(path).some((file) => file.endsWith(RULE_FILE_ENDING));
}

/** But for what a mounted ConfigMap keeps in dotted folders. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => !file.split(sep).some((part) => part.startsWith('.')));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || !relative(folder, path).split(sep).includes('..');
}

/** Of a rule's file: the folder that holds its domain, where it stands in one that other domains share; else its own. */
function folderOf(file: string): string {
  return basename(dirname(dirname(file))) === 'rules' ? dirname(dirname(file)) : dirname(file);
}
