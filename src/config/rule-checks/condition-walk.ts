import { pointerOf } from '../json-pointer.ts';

export interface VisitedNode {
  readonly node: Readonly<Record<string, unknown>>;
  readonly pointer: string;
  readonly depth: number;
}

/** Every node below `root`, itself included, without recursion: what it walks may not have been validated. */
export function* walkCondition(root: unknown, pointer: string): Generator<VisitedNode> {
  const stack = [{ node: root, pointer, depth: 1 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (!isObject(top.node)) continue;
    yield { node: top.node, pointer: top.pointer, depth: top.depth };
    const depth = top.depth + 1;
    const below: typeof stack = [];
    for (const key of ['any', 'all']) {
      const list = top.node[key];
      if (!Array.isArray(list)) continue;
      for (let i = 0; i < list.length; i += 1) below.push({ node: list[i], pointer: `${top.pointer}/${key}/${i}`, depth });
    }
    if (Object.hasOwn(top.node, 'not')) below.push({ node: top.node['not'], pointer: `${top.pointer}/not`, depth });
    // Pushed backwards, so that they come out in the order of the file.
    for (let i = below.length - 1; i >= 0; i -= 1) stack.push(below[i] as (typeof stack)[number]);
  }
}

/** Every condition that a rule file holds, validated or not, with its pointer. */
export function conditionRoots(file: unknown): { readonly root: unknown; readonly pointer: string }[] {
  const roots: { root: unknown; pointer: string }[] = [];
  if (!isObject(file)) return roots;
  const { conditions, levels } = file as { conditions?: unknown; levels?: unknown };
  if (isObject(conditions)) {
    for (const name of Object.keys(conditions)) roots.push({ root: conditions[name], pointer: pointerOf(['conditions', name]) });
  }
  if (!isObject(levels)) return roots;
  for (const level of Object.keys(levels)) {
    const rule = levels[level];
    if (!isObject(rule)) continue;
    roots.push({ root: rule['when'], pointer: pointerOf(['levels', level, 'when']) });
    if (isObject(rule['clear'])) roots.push({ root: rule['clear']['when'], pointer: pointerOf(['levels', level, 'clear', 'when']) });
  }
  return roots;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
