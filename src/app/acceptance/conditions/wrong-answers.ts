import { evaluate, type Question } from '../../../engine/condition/evaluate.ts';

/*
 * Answers that are wrong in one way each: what the trial must find, or it proves nothing. Each rewrites the question and
 * answers that one rightly.
 */

type Node = Record<string, unknown>;
type Rewrite = (node: Node, root: boolean) => Node;
type Answer = (question: Question) => boolean;

const FORMS = ['any', 'all', 'not'];

export const WRONG_ANSWERS: Readonly<Record<string, Answer>> = {
  'lessThan takes what is equal': rewritten((node) => renamed(node, (name) => name.replace(/lessThan$/, 'lessThanInclusive'))),
  'greaterThanInclusive does not': rewritten((node) => renamed(node, (name) => name.replace(/greaterThanInclusive$/, 'greaterThan'))),
  'what is no list does not contain': rewritten((node) => renamed(node, (name) => name.replace(/doesNotContain$/, 'not:contains'))),
  'not is done before the guard': rewritten((node) => renamed(node, (name) => name.replace(/not:contains$/, 'doesNotContain'))),
  'decorators are read from the right': rewritten((node) => renamed(node, fromTheRight)),
  'an unknown operator is equal': rewritten((node) => renamed(node, (name) => name.replace(/equals$/, 'equal'))),
  'a text in `in` is a list of one': rewritten((node) =>
    node['operator'] === 'in' && typeof node['value'] === 'string' ? { ...node, value: [node['value']] } : node,
  ),
  'texts compare as numbers': rewritten((node) =>
    String(node['operator']).includes('Than') && typeof node['value'] === 'string' ? { ...node, value: Number(node['value']) } : node,
  ),
  'an empty any is false': rewritten((node) => (Array.isArray(node['any']) && node['any'].length === 0 ? { not: { all: [] } } : node)),
  'an empty all is false': rewritten((node) => (Array.isArray(node['all']) && node['all'].length === 0 ? { not: { all: [] } } : node)),
  'priorities mean nothing': rewritten(({ priority: _, ...node }) => node),
  'a priority that is a text means nothing': rewritten((node) => (typeof node['priority'] === 'string' ? { ...node, priority: 1 } : node)),
  'a group that is decided asks no more': rewritten(oneByOne),
  'any comes after all': rewritten((node) => (Object.hasOwn(node, 'all') ? without(node, 'any') : node)),
  'a form comes before a name everywhere': rewritten((node, root) => (!root && formed(node) ? without(node, 'condition') : node)),
  'a name comes before a form everywhere': rewritten((node, root) =>
    root && Object.hasOwn(node, 'condition') ? { condition: node['condition'] } : node,
  ),
  'a path is not followed': rewritten((node) => without(node, 'path')),
  'a value is never a fact': rewritten((node) =>
    Object.hasOwn(Object(node['value']) as object, 'fact') ? { ...node, value: { literal: node['value'] } } : node,
  ),
  'a missing fact is null': ({ facts, ...rest }) =>
    evaluate({ ...rest, facts: { a: null, b: null, c: null, d: null, e: null, zz: null, ...facts } }),
  'a missing name is true': ({ named, ...rest }) => evaluate({ ...rest, named: { gone: { all: [] }, ...named } }),
  'what fails is false': (question) => {
    try {
      return evaluate(question);
    } catch {
      return false;
    }
  },
  'a name has the priority of what it names': (question) =>
    rewritten((node) => {
      const body = question.named[String(node['condition'])] as Node | undefined;
      return Object.hasOwn(node, 'condition')
        ? { ...without(node, 'priority'), ...(body && 'priority' in body ? { priority: body['priority'] } : {}) }
        : node;
    })(question),
};

function rewritten(rewrite: Rewrite): Answer {
  return ({ conditions, facts, named }) =>
    evaluate({
      conditions: deep(conditions, rewrite, true),
      facts,
      named: Object.fromEntries(Object.entries(named).map(([name, condition]) => [name, deep(condition, rewrite, false)])),
    });
}

function deep(value: unknown, rewrite: Rewrite, root: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => deep(member, rewrite, false));
  const members = Object.entries(value).map(([key, member]) => [key, deep(member, rewrite, false)] as const);
  return rewrite(Object.fromEntries(members), root);
}

function renamed(node: Node, rename: (name: string) => string): Node {
  return typeof node['operator'] === 'string' ? { ...node, operator: rename(node['operator']) } : node;
}

function fromTheRight(name: string): string {
  const parts = name.split(':');
  return [...parts.slice(0, -1).reverse(), ...parts.slice(-1)].join(':');
}

function without(node: Node, key: string): Node {
  const { [key]: _, ...rest } = node;
  return rest;
}

function formed(node: Node): boolean {
  return FORMS.some((form) => Object.hasOwn(node, form));
}

/** Gives each member of a group a priority of its own. */
function oneByOne(node: Node): Node {
  for (const form of ['any', 'all']) {
    const list = node[form];
    if (!Array.isArray(list) || list.some((child) => typeof child !== 'object' || child === null || 'priority' in child)) continue;
    return { ...node, [form]: (list as Node[]).map((child, i) => ({ ...child, priority: 100 - i })) };
  }
  return node;
}
