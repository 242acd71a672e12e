import type { FactReference } from '../../model/condition.ts';
import { isReference } from '../condition/compile-condition.ts';

/** Params in which a fact may take another fact. */
const OPERANDS = ['of', 'to', 'minus', 'then', 'else'] as const;

/** The facts that a fact is made of. */
export function operandsOf({ params = {} }: FactReference): FactReference[] {
  return OPERANDS.flatMap((name) => {
    const value = params[name];
    return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isReference);
  });
}

/** The named condition that a fact watches or chooses by. */
export function watchedBy({ fact, params = {} }: FactReference): string | null {
  const name = params['when'];
  return (fact === 'held' || fact === 'episodes' || fact === 'choose') && typeof name === 'string' ? name : null;
}
