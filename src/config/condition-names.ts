import type { Problem } from '../model/problem.ts';
import { conditionRoots, isObject, walkCondition } from './condition-walk.ts';
import { pointerOf } from './json-pointer.ts';

/** With every name written out, a condition may have this many nodes: names that use names multiply. */
const EXPANDED_LIMIT = 500;

/** Named conditions exist, do not form a cycle, and do not multiply beyond bounds. Expects a file that its schema accepts. */
export function checkConditionNames(value: unknown, file: string): Problem[] {
  const named = isObject(value) && isObject(value['conditions']) ? value['conditions'] : {};
  const roots = conditionRoots(value);
  const unknown = findUnknown(roots, named, file);
  if (unknown.length > 0) return unknown;
  const cycle = findCycle(named, file);
  if (cycle !== null) return [cycle];
  return findExpanded(roots, named, file);
}

function findUnknown(roots: ReturnType<typeof conditionRoots>, named: Readonly<Record<string, unknown>>, file: string): Problem[] {
  const problems: Problem[] = [];
  const known = Object.keys(named);
  for (const { root, pointer } of roots) {
    for (const visited of walkCondition(root, pointer)) {
      const name = nameOf(visited.node);
      if (name === null || Object.hasOwn(named, name)) continue;
      const mend = known.length === 0 ? 'define it under "conditions"' : `use one of ${known.join(', ')}, or define it under "conditions"`;
      const message = `No condition is named "${name}"; ${mend}.`;
      problems.push({ code: 'rule-condition-unknown', file, pointer: `${visited.pointer}/condition`, message });
    }
  }
  return problems;
}

function nameOf(node: Readonly<Record<string, unknown>>): string | null {
  return typeof node['condition'] === 'string' ? node['condition'] : null;
}

/** Names that a named condition uses, once for each use. */
function usesOf(named: Readonly<Record<string, unknown>>, name: string): string[] {
  return [...walkCondition(named[name], '')].map(({ node }) => nameOf(node)).filter((used) => used !== null);
}

function findCycle(named: Readonly<Record<string, unknown>>, file: string): Problem | null {
  const settled = new Set<string>();
  const visit = (name: string, trail: readonly string[]): Problem | null => {
    if (settled.has(name)) return null;
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name].join(' → ');
      const message = `These conditions refer to each other in a circle, ${circle}; take one of the references out.`;
      return { code: 'rule-condition-cycle', file, pointer: pointerOf(['conditions', name]), message };
    }
    for (const used of usesOf(named, name)) {
      const found = visit(used, [...trail, name]);
      if (found !== null) return found;
    }
    settled.add(name);
    return null;
  };
  for (const name of Object.keys(named)) {
    const found = visit(name, []);
    if (found !== null) return found;
  }
  return null;
}

function findExpanded(roots: ReturnType<typeof conditionRoots>, named: Readonly<Record<string, unknown>>, file: string): Problem[] {
  const sizes = new Map<string, number>();
  const sizeOf = (root: unknown): number => {
    let size = 0;
    for (const { node } of walkCondition(root, '')) {
      const name = nameOf(node);
      if (name === null) size += 1;
      else {
        if (!sizes.has(name)) sizes.set(name, sizeOf(named[name]));
        size += sizes.get(name) as number;
      }
    }
    return size;
  };
  const tooLarge = roots.find(({ root }) => sizeOf(root) > EXPANDED_LIMIT);
  if (tooLarge === undefined) return [];
  const message = `With its named conditions written out this has more than ${EXPANDED_LIMIT} conditions; use fewer references.`;
  return [{ code: 'rule-conditions-too-many', file, pointer: tooLarge.pointer, message }];
}
