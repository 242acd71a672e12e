import { asCloned } from './as-cloned.ts';
import { booleanFormOf, type RawNode } from './shape.ts';

/**
 * Nodes of one list in groups of one priority, highest first, as json-rules-engine sorts them: by text, and with an
 * order of its own for what is no number.
 */
export function groupsOf(nodes: readonly RawNode[]): readonly (readonly RawNode[])[] {
  const priorities = nodes.map(priorityOf);
  if (priorities.every((priority) => priority === priorities[0])) return [nodes];
  const groups = Object.create(null) as Record<string, RawNode[]>;
  nodes.forEach((node, i) => {
    const group = (groups[priorities[i] as string] ??= []);
    group.push(node);
  });
  return Object.keys(groups)
    .sort((a, b) => (Number(a) > Number(b) ? -1 : 1))
    .map((priority) => groups[priority] as RawNode[]);
}

/** A boolean node's is a whole number; what stands in another one is taken as it is. */
function priorityOf(node: RawNode): string {
  const raw = node['priority'];
  if (raw === undefined) return '1';
  if (booleanFormOf(node) !== null) return String(Number.parseInt(raw as string, 10) || 1);
  const priority = raw ? String(asCloned(raw)) : '1';
  if (priority in Object.prototype) throw new TypeError(`"${priority}" is no priority`);
  return priority;
}
