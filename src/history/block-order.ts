import type { BlockColumns } from './block-columns.ts';
import type { BlockNames } from './block-names.ts';

/**
 * The first `end` rows come in the order of (receivedAt, order). Those that share both are one report, as a rule, and are to stand
 * in the order of (at, nth, sensor, measure) by name, each once.
 * @returns the rows in that order; `null`: as they are
 */
export function arrange(columns: BlockColumns, end: number, names: BlockNames): readonly number[] | null {
  const { receivedAt, order } = columns;
  const compare = comparing(columns, names);
  let rows: number[] | null = null;
  for (let first = 0; first < end; ) {
    let next = first + 1;
    let inOrder = true;
    while (next < end && receivedAt[next] === receivedAt[first] && order[next] === order[first]) {
      if (inOrder && compare(next - 1, next) >= 0) inOrder = false;
      next += 1;
    }
    if (!inOrder) rows ??= Array.from({ length: first }, (_, row) => row);
    if (rows !== null) push(rows, { first, next, inOrder }, compare);
    first = next;
  }
  return rows;
}

type Compare = (a: number, b: number) => number;

function push(rows: number[], run: { first: number; next: number; inOrder: boolean }, compare: Compare): void {
  const { first, next, inOrder } = run;
  const of: number[] = [];
  for (let row = first; row < next; row += 1) of.push(row);
  if (!inOrder) of.sort(compare);
  let last = -1;
  for (const row of of) {
    if (last >= 0 && compare(last, row) === 0) continue;
    rows.push(row);
    last = row;
  }
}

function comparing({ at, nth, sensor, measure }: BlockColumns, { sensors, measures }: BlockNames): Compare {
  return (a, b) => {
    if (at[a] !== at[b]) return (at[a] as number) - (at[b] as number);
    if (nth[a] !== nth[b]) return (nth[a] as number) - (nth[b] as number);
    return (
      byName(sensors.list, sensor[a] as number, sensor[b] as number) || byName(measures.list, measure[a] as number, measure[b] as number)
    );
  };
}

function byName(names: readonly string[], a: number, b: number): number {
  if (a === b) return 0;
  const [nameA, nameB] = [names[a] as string, names[b] as string];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}
