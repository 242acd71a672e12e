import { conditionRoots, isObject, walkCondition } from './condition-walk.ts';

/** One fact that a rule file asks for, wherever it stands. */
export interface FoundFact {
  readonly fact: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly pointer: string;
  /** 0 for a fact that a condition or the value asks for, 1 for an operand of it, and so on. */
  readonly depth: number;
}

/** Every fact of a rule as its file writes it: of the value, of conditions, and operands of other facts. */
export function factsOf(rule: { readonly value: unknown; readonly conditions?: unknown; readonly levels: unknown }): FoundFact[] {
  const found = factsIn(rule.value, '/value');
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const visited of walkCondition(root, pointer)) found.push(...factsOfNode(visited));
  }
  return found;
}

/** The facts on both sides of a comparison; none of a node that is no comparison. */
export function factsOfNode({
  node,
  pointer,
}: {
  readonly node: Readonly<Record<string, unknown>>;
  readonly pointer: string;
}): FoundFact[] {
  return [...factsIn(node, pointer), ...factsIn(node['value'], `${pointer}/value`)];
}

/** A fact and all its operands. */
export function factsIn(reference: unknown, pointer: string): FoundFact[] {
  const found: FoundFact[] = [];
  const stack = [{ reference, pointer, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (!isObject(top.reference) || typeof top.reference['fact'] !== 'string') continue;
    const params = isObject(top.reference['params']) ? top.reference['params'] : {};
    found.push({ fact: top.reference['fact'], params, pointer: top.pointer, depth: top.depth });
    const depth = top.depth + 1;
    const below: typeof stack = [];
    for (const name of Object.keys(params)) {
      const value = params[name];
      const at = `${top.pointer}/params/${name}`;
      if (Array.isArray(value)) value.forEach((one: unknown, i) => void below.push({ reference: one, pointer: `${at}/${i}`, depth }));
      else below.push({ reference: value, pointer: at, depth });
    }
    // Pushed backwards, so that they come out in the order of the file.
    for (let i = below.length - 1; i >= 0; i -= 1) stack.push(below[i] as (typeof stack)[number]);
  }
  return found;
}
