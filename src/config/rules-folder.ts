import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Problem } from '../model/problem.ts';
import type { RuleSet } from '../model/rule.ts';
import { RULE_FILE_ENDING } from './rule-checks/file-name.ts';
import { BUILT_IN, checkSigns, type FiledRule } from './rule-checks/sign-graph.ts';
import { parseRule, type ParsedRule, type Vocabulary } from './rule-file.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';
import { RULE_FILE_LIMIT } from './rule-text.ts';

const FILE_LIMIT = 20_000;

export interface RulesFolder {
  /** The rules of the files that have no problem, by id. */
  readonly ruleSet: RuleSet;
  readonly problems: Problem[];
  /** Id of each rule that is there, also of one that has a problem → its file, below the folder. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Reads every `*.rule.json` below a folder. Folders whose name begins with a dot are passed over: a mounted ConfigMap keeps a second copy there.
 *
 * F1 The hash is that of the sorted file names and contents: equal folders have equal hashes wherever they lie.
 * F2 One bad file does not hide the problems of the others, nor does it give problems to those that ask for its sign.
 * F3 Signs that rules ask of each other exist, and form no circle.
 */
export async function readRules(directory: string, vocabulary: Vocabulary = {}): Promise<RulesFolder> {
  const problems: Problem[] = [];
  const hash = createHash('sha256');
  const rules = new Map<string, FiledRule>();
  const unread = new Set<string>();
  const files = new Map<string, string>();
  for (const file of await listRuleFiles(directory, problems)) {
    const bytes = await readBounded(join(directory, file), file, problems);
    if (bytes !== null) hash.update(`${file}\u0000${bytes.length}\u0000`).update(bytes);
    const parsed = bytes === null ? null : parseBytes(bytes, file, vocabulary);
    problems.push(...(parsed?.problems ?? []));
    const rule = parsed?.rule ?? null;
    files.set(basename(file, RULE_FILE_ENDING), file);
    if (rule === null) unread.add(basename(file, RULE_FILE_ENDING));
    else if (rule.id === BUILT_IN.id || rules.has(rule.id)) problems.push(duplicate(rule.id, file, rules.get(rule.id)?.file));
    else rules.set(rule.id, { rule, file });
  }
  const signs = checkSigns([...rules.values()], unread);
  const bad = new Set(signs.map(({ file }) => file));
  const sorted = [...rules.values()].filter(({ file }) => !bad.has(file)).map(({ rule }) => rule);
  sorted.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ruleSet: { hash: hash.digest('hex'), rules: sorted }, problems: [...problems, ...signs], files };
}

function parseBytes(bytes: Buffer, file: string, vocabulary: Vocabulary): ParsedRule {
  const text = decode(bytes);
  if (text !== null) return parseRule(text, file, vocabulary);
  return { rule: null, problems: [{ code: 'rule-encoding', file, pointer: '', message: 'Save the file as UTF-8.' }] };
}

function duplicate(id: string, file: string, first = 'the engine itself'): Problem {
  return { code: 'rule-id-duplicate', file, pointer: '/id', message: `Give this rule another id than "${id}"; ${first} has the same.` };
}

/** Paths below the folder, with `/`, in order of their characters. */
async function listRuleFiles(directory: string, problems: Problem[]): Promise<string[]> {
  const refuse = (code: RuleProblemCode, message: string): string[] => {
    problems.push({ code, file: directory, pointer: '', message });
    return [];
  };
  const found: string[] = [];
  const folders = [directory];
  try {
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(path);
        else if (!entry.isDirectory() && entry.name.endsWith(RULE_FILE_ENDING)) found.push(relative(directory, path).split(sep).join('/'));
      }
      if (found.length > FILE_LIMIT) return refuse('rules-folder-too-large', `Keep at most ${FILE_LIMIT} rule files in the folder.`);
    }
  } catch (error) {
    return refuse(
      'rules-folder-unreadable',
      `Give a folder that exists and may be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
  return found.sort();
}

/** A link may lead to a device or to something huge: look before reading. */
async function readBounded(path: string, file: string, problems: Problem[]): Promise<Buffer | null> {
  const refuse = (code: RuleProblemCode, message: string): null => {
    problems.push({ code, file, pointer: '', message });
    return null;
  };
  try {
    const found = await stat(path);
    if (!found.isFile()) return refuse('rule-file-unreadable', 'Replace this by an ordinary file.');
    if (found.size > RULE_FILE_LIMIT) return refuse('rule-too-large', `Keep the file under ${RULE_FILE_LIMIT / 1024} KB.`);
    return await readFile(path);
  } catch (error) {
    return refuse('rule-file-unreadable', `Let the file be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

/** `null` for bytes that are no UTF-8. A byte-order mark, which some editors write, is dropped. */
function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
