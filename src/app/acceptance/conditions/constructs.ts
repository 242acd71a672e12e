import type { Question } from '../../../engine/condition/evaluate.ts';

type Node = Readonly<Record<string, unknown>>;
const FORMS = ['any', 'all', 'not', 'condition', 'fact'];

/** What of json-rules-engine's language a question uses, by name; for the report of a trial. */
export function constructsOf({ conditions, facts, named }: Question): Set<string> {
  const found = new Set<string>();
  walk(conditions, 0, found);
  for (const one of Object.values(named)) walk(one, 1, found);
  if (!['a', 'b', 'c', 'd'].every((name) => Object.hasOwn(facts, name))) found.add('a fact is missing');
  return found;
}

function walk(node: unknown, depth: number, found: Set<string>): void {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    found.add('broken node');
    return;
  }
  const raw = node as Node;
  const forms = FORMS.filter((form) => Object.hasOwn(raw, form));
  if (forms.length > 1) found.add(`mixed ${forms.join('+')}`);
  if (Object.hasOwn(raw, 'priority'))
    found.add(typeof raw['priority'] === 'number' ? 'priority' : `odd priority ${typeof raw['priority']}`);
  const [form] = forms;
  found.add(`${depth === 0 ? 'root ' : ''}${form ?? 'nothing'}`);
  if (form === 'any' || form === 'all') walkList(raw[form], form, depth, found);
  else if (form === 'not') walk(raw['not'], depth + 1, found);
  else if (form === 'condition' && Object.hasOwn(raw, 'priority')) found.add('reference with priority');
  else if (form === 'fact') leaf(raw, found);
}

function walkList(list: unknown, form: string, depth: number, found: Set<string>): void {
  if (!Array.isArray(list)) return;
  if (list.length < 2) found.add(`${form} of ${list.length}`);
  else if (new Set(list.map((child) => JSON.stringify((child as Node | null)?.['priority']))).size > 1)
    found.add(`${form} of several priorities`);
  else found.add(`${form} of one priority`);
  for (const child of list as unknown[]) walk(child, depth + 1, found);
}

function leaf(node: Node, found: Set<string>): void {
  const { operator, value, path } = node;
  const parts = typeof operator === 'string' ? operator.split(':') : ['that is no text'];
  const base = parts.at(-1) as string;
  found.add(`operator ${base}`);
  for (const decorator of parts.slice(0, -1)) found.add(`decorator ${decorator}`);
  if (parts.length > 2) found.add('stacked decorators');
  if (parts.at(-2) === 'not') found.add(`operator not:${base}`);
  if (Object.hasOwn(node, 'path')) found.add(`path ${JSON.stringify(path)}`);
  const kind = kindOf(value);
  found.add(`value ${kind}`);
  if (kind === 'text') found.add(`operator ${base} with a text`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return Object.hasOwn(value, 'fact') ? 'fact' : 'object';
  if (typeof value === 'string') return 'text';
  return Object.is(Math.abs(Number(value)), Infinity) ? 'infinity' : typeof value;
}
