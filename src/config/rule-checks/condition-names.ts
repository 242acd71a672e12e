import { didYouMean } from '../../model/nearest-name.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import { pointerOf } from '../json-pointer.ts';
import { conditionRoots, walkCondition } from './condition-walk.ts';
import { factsIn, factsOfNode, type FoundFact } from './fact-walk.ts';

/** With every name written out, a condition may have this many nodes: names that use names multiply. */
const EXPANDED_LIMIT = 500;
const VALUE = '/value';
/** Problems of one file that a person is told of. */
const SAID = 20;

/** One mention of something that is defined elsewhere in the file: a named condition, or the value. Both are told by their pointers. */
interface Use {
  readonly target: string;
  readonly name: string;
  readonly pointer: string;
}

/** A condition, or the value, with what it mentions. */
interface Definition {
  /** Conditions of its own. */
  readonly size: number;
  readonly uses: readonly Use[];
}

/**
 * Named conditions exist, do not form a cycle, and do not multiply beyond bounds. A condition uses another by its name, or by a
 * fact that asks whether it is true (`choose`, `held`, `episodes`). Expects a file that its schema accepts.
 */
export function checkConditionNames(rule: RuleFile, file: string): Problem[] {
  const definitions = definitionsOf(rule);
  const unknown = findUnknown(definitions, Object.keys(rule.conditions ?? {}), file);
  if (unknown.length > 0) return unknown;
  const cycle = findCycle(definitions, file);
  if (cycle !== null) return [cycle];
  return findExpanded(definitions, file);
}

function definitionsOf(rule: RuleFile): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  for (const { root, pointer } of conditionRoots(rule)) {
    const uses: Use[] = [];
    let size = 0;
    for (const visited of walkCondition(root, pointer)) {
      const { condition } = visited.node;
      if (typeof condition === 'string') uses.push(useOf(condition, `${visited.pointer}/condition`));
      else size += 1;
      uses.push(...usesOfFacts(factsOfNode(visited)));
    }
    definitions.set(pointer, { size, uses });
  }
  return definitions.set(VALUE, { size: 0, uses: usesOfFacts(factsIn(rule.value, VALUE)) });
}

function usesOfFacts(facts: readonly FoundFact[]): Use[] {
  const uses: Use[] = [];
  for (const { fact, params, pointer } of facts) {
    if (fact === 'value') uses.push({ target: VALUE, name: 'value', pointer: `${pointer}/fact` });
    if (typeof params['when'] === 'string') uses.push(useOf(params['when'], `${pointer}/params/when`));
  }
  return uses;
}

function useOf(name: string, pointer: string): Use {
  return { target: pointerOf(['conditions', name]), name, pointer };
}

function findUnknown(definitions: ReadonlyMap<string, Definition>, known: readonly string[], file: string): Problem[] {
  const mend = known.length === 0 ? 'define it under "conditions"' : `use one of ${known.join(', ')}, or define it under "conditions"`;
  return [...definitions.values()]
    .flatMap(({ uses }) => uses)
    .filter(({ target }) => !definitions.has(target))
    .slice(0, SAID)
    .map(({ name, pointer }) => {
      const message = `No condition is named "${name}"${didYouMean(name, known)}; ${mend}.`;
      return { code: 'rule-condition-unknown', file, pointer, message };
    });
}

function findCycle(definitions: ReadonlyMap<string, Definition>, file: string): Problem | null {
  const settled = new Set<string>();
  const visit = (target: string, name: string, trail: readonly { readonly target: string; readonly name: string }[]): Problem | null => {
    if (settled.has(target)) return null;
    const start = trail.findIndex((step) => step.target === target);
    if (start >= 0) {
      const circle = [...trail.slice(start).map((step) => step.name), name].join(' → ');
      const message = `These refer to each other in a circle, ${circle}; take one of the references out.`;
      return { code: 'rule-condition-cycle', file, pointer: target, message };
    }
    for (const use of definitions.get(target)?.uses ?? []) {
      const found = visit(use.target, use.name, [...trail, { target, name }]);
      if (found !== null) return found;
    }
    settled.add(target);
    return null;
  };
  for (const target of definitions.keys()) {
    const found = visit(target, target.slice(target.lastIndexOf('/') + 1), []);
    if (found !== null) return found;
  }
  return null;
}

function findExpanded(definitions: ReadonlyMap<string, Definition>, file: string): Problem[] {
  const sizes = new Map<string, number>();
  const sizeOf = (target: string): number => {
    const known = sizes.get(target);
    if (known !== undefined) return known;
    const { size, uses } = definitions.get(target) as Definition;
    const whole = uses.reduce((sum, use) => sum + sizeOf(use.target), size);
    sizes.set(target, whole);
    return whole;
  };
  const tooLarge = [...definitions.keys()].find((target) => sizeOf(target) > EXPANDED_LIMIT);
  if (tooLarge === undefined) return [];
  const message = `With its named conditions written out this has more than ${EXPANDED_LIMIT} conditions; use fewer references.`;
  return [{ code: 'rule-conditions-too-many', file, pointer: tooLarge, message }];
}
