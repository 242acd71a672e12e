import type { ExplainedCondition, ExplainedFact, Reason, Shown } from '../../model/explanation.ts';
import { indented, type Page } from './page.ts';

export const MARK = { true: '✓', false: '✗', unknown: '?' } as const;

const KIND = { all: '全部 all', any: '任一 any', not: '并非 not', leaf: '' } as const;

/** A condition as a tree: ✓ true, ✗ false, ? not known, and why not. */
export function conditionLines(condition: ExplainedCondition, depth: number, page: Page): string[] {
  const { kind, name, truth, children, leaf } = condition;
  const named = name === null ? '' : `${name}: `;
  // A list of one is what stands in it.
  const [only] = children;
  if (only !== undefined && children.length === 1 && kind !== 'not')
    return conditionLines({ ...only, name: only.name ?? name }, depth, page);
  if (leaf === null)
    return [
      ...indented(depth, `${MARK[truth]} ${named}${KIND[kind]}`, page),
      ...children.flatMap((child) => conditionLines(child, depth + 2, page)),
    ];
  const { left, right, unknown } = leaf;
  const sides = 'fact' in right ? [left, right.fact] : [left];
  // Where a part is to blame, it says so itself.
  const told = sides.some(({ parts }) => parts.some((part) => part.unknown !== null));
  return [
    ...indented(depth, `${MARK[truth]} ${named}${leaf.text}`, page),
    ...sides.flatMap((side) => factLines(side, depth + 2, page)),
    ...(unknown === null || told ? [] : reasonLines(unknown, depth + 2, page)),
  ];
}

/** What a fact is made of, down to what is not known of it. */
export function factLines({ parts, condition }: ExplainedFact, depth: number, page: Page): string[] {
  return [
    ...parts.flatMap((part) => [
      ...indented(depth, `${part.text} = ${shownText(part.value)}`, page),
      ...(part.unknown === null || part.parts.length > 0 ? [] : reasonLines(part.unknown, depth + 2, page)),
      ...factLines(part, depth + 2, page),
    ]),
    ...(condition === null ? [] : conditionLines(condition, depth, page)),
  ];
}

export function reasonLines({ text }: Reason, depth: number, page: Page): string[] {
  return [...indented(depth, text.zh, page), ...indented(depth, text.en, page)];
}

export function shownText(value: Shown): string {
  if (value === null) return '?';
  return typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : String(value);
}
