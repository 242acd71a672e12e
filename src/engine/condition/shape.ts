/** A node of a condition that nobody has checked. */
export type RawNode = Readonly<Record<string, unknown>>;
export type Form = 'any' | 'all' | 'not' | 'condition' | 'fact';

const ROOT_FORMS = ['all', 'any', 'not', 'condition'];

/** What json-rules-engine takes a node for. It looks at the root and below it in different orders. */
export function formOf(node: RawNode, root: boolean): Form {
  if (!root && Object.hasOwn(node, 'condition')) return 'condition';
  return booleanFormOf(node) ?? (Object.hasOwn(node, 'condition') ? 'condition' : 'fact');
}

export function booleanFormOf(node: RawNode): 'any' | 'all' | 'not' | null {
  if (Object.hasOwn(node, 'any')) return 'any';
  if (Object.hasOwn(node, 'all')) return 'all';
  return Object.hasOwn(node, 'not') ? 'not' : null;
}

/** Throws where json-rules-engine refuses to load a rule or a named condition. */
export function checkRoot(node: unknown): asserts node is RawNode {
  if (!node || !ROOT_FORMS.some((form) => Object.hasOwn(node, form))) {
    throw new Error('"conditions" root must contain a single instance of "all", "any", "not", or "condition"');
  }
  checkNode(node);
}

/** Looks at the form that decides only: what a node owns beside it is never loaded. */
function checkNode(node: unknown): void {
  if (!node) throw new Error('Condition: constructor options required');
  const raw = node as RawNode;
  const form = booleanFormOf(raw);
  if (form !== null) {
    checkPriority(raw);
    const below = raw[form];
    if (form === 'not' && Array.isArray(below)) throw new Error('"not" cannot be an array');
    if (form !== 'not' && !Array.isArray(below)) throw new Error(`"${form}" must be an array`);
    for (const child of Array.isArray(below) ? (below as unknown[]) : [below]) checkNode(child);
  } else if (!Object.hasOwn(raw, 'condition')) {
    for (const key of ['fact', 'operator', 'value']) {
      if (!Object.hasOwn(raw, key)) throw new Error(`Condition: constructor "${key}" property required`);
    }
    checkPriority(raw);
  }
}

/** An object that cannot become a text fails as it is read. */
function checkPriority(node: RawNode): void {
  if (typeof node['priority'] === 'object') Number.parseInt(node['priority'] as unknown as string, 10);
}
