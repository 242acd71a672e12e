import type { FactReference } from '../../model/condition.ts';
import { parseDuration, type Millis } from '../../model/time.ts';
import { textCode } from '../cells/text-code.ts';
import { ConditionError } from '../condition/compile-condition.ts';

/** The parameters of one fact, read with errors that name the pointer. */
export class Params {
  readonly reference: FactReference;
  readonly pointer: string;

  constructor(reference: FactReference, pointer: string) {
    this.reference = reference;
    this.pointer = `${pointer}/params`;
  }

  raw(name: string): unknown {
    return this.reference.params?.[name];
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  fail(name: string, mend: string): never {
    throw new ConditionError('rule-fact-params', `${this.pointer}/${name}`, `Fact "${this.reference.fact}": ${mend}`);
  }

  measures(name = 'of'): readonly string[] {
    const of = this.raw(name);
    const list = typeof of === 'string' ? [of] : of;
    if (!Array.isArray(list) || list.length === 0 || list.some((m) => typeof m !== 'string')) {
      this.fail(name, `"${name}" must name a measure or a list of measures.`);
    }
    return list as string[];
  }

  duration(name: string): Millis {
    const text = this.raw(name);
    const ms = typeof text === 'string' ? parseDuration(text) : null;
    if (ms === null || ms <= 0) this.fail(name, `"${name}" must be a duration such as "5m" or "1h".`);
    return ms;
  }

  choice<Name extends string>(name: string, allowed: readonly Name[]): Name | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' || !(allowed as readonly string[]).includes(value)) {
      this.fail(name, `"${name}" must be one of ${allowed.join(', ')}.`);
    }
    return value as Name;
  }

  text(name: string): string {
    const value = this.raw(name);
    if (typeof value !== 'string') this.fail(name, `"${name}" must be a text.`);
    return value;
  }

  /** A number between bounds, or the default where it may be left out. */
  number(name: string, bounds: readonly [number, number], otherwise?: number): number {
    const value = this.raw(name) ?? otherwise;
    if (typeof value !== 'number' || value < bounds[0] || value > bounds[1]) {
      this.fail(name, `"${name}" must be a number from ${bounds[0]} to ${bounds[1]}.`);
    }
    return value;
  }

  within(): readonly [number, number] | null {
    const value = this.raw('within');
    if (value === undefined) return null;
    const [low, high] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof low !== 'number' || typeof high !== 'number' || low > high) this.fail('within', '"within" must be [lowest, highest].');
    return [low, high];
  }

  /** Which samples count; `null` for all. A text or truth is compared by its code. */
  matcher(): ((value: number) => boolean) | null {
    const equal = this.raw('equal');
    if (typeof equal === 'string') return equals(textCode(equal));
    if (typeof equal === 'boolean') return equals(equal ? 1 : 0);
    if (typeof equal === 'number') return equals(equal);
    const [name, line] = (['above', 'below', 'atLeast', 'atMost'] as const)
      .map((one) => [one, this.raw(one)] as const)
      .find(([, value]) => value !== undefined) ?? ['none', undefined];
    if (line === undefined) return null;
    if (typeof line !== 'number') return this.fail(name, `"${name}" must be a number.`);
    switch (name) {
      case 'above':
        return (value) => value > line;
      case 'below':
        return (value) => value < line;
      case 'atLeast':
        return (value) => value >= line;
      default:
        return (value) => value <= line;
    }
  }
}

function equals(wanted: number): (value: number) => boolean {
  return (value) => value === wanted;
}
