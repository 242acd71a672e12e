import { SORT, type ReadingBlock } from '../model/reading-block.ts';
import type { Scalar } from '../model/text.ts';
import { columnsOf, COLUMNS, gathered, type BlockColumns, type Column } from './block-columns.ts';
import { BlockNames } from './block-names.ts';
import { arrange } from './block-order.ts';

/** Rows of a block: enough that what is done once a block costs nothing, few enough that one is in the cache. */
const ROWS = 16_384;
/** One report is not held together beyond this: its own limit of measures is far below. */
const MOST_ROWS = 4 * ROWS;

/**
 * Makes blocks of rows that come in the order of (receivedAt, order). What is of one report stays in one block, in the order of
 * (at, nth, sensor, measure) by name; a row that is there twice (H2) is given once.
 */
export class BlockBuilder {
  readonly names = new BlockNames();
  readonly columns: BlockColumns = columnsOf(ROWS + 2_048);
  /** Rows that are filled. */
  count = 0;
  #texts = new Map<string, number>();

  /** Makes room for so many rows behind those that are filled. */
  reserve(rows: number): void {
    const needed = this.count + rows;
    if (needed <= this.columns.at.length) return;
    const grown = columnsOf(needed * 2);
    for (const name of COLUMNS) grown[name].set(this.columns[name].subarray(0, this.count));
    Object.assign(this.columns, grown);
  }

  /** Into a row that is being filled. */
  set(row: number, value: Scalar): void {
    const { columns } = this;
    columns.sort[row] = typeof value === 'number' ? SORT.number : typeof value === 'boolean' ? SORT.truth : SORT.text;
    columns.value[row] = typeof value === 'string' ? this.textNumber(value) : Number(value);
  }

  textNumber(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) this.#texts.set(text, (number = this.#texts.size));
    return number;
  }

  /** A block, once there is enough for one; the last report is held back, for more of it may come. */
  ready(): ReadingBlock | null {
    if (this.count < ROWS) return null;
    const { receivedAt, order } = this.columns;
    const last = this.count - 1;
    let cut = last;
    while (cut > 0 && receivedAt[cut - 1] === receivedAt[last] && order[cut - 1] === order[last]) cut -= 1;
    if (cut === 0 && this.count < MOST_ROWS) return null;
    return this.#cut(cut === 0 ? this.count : cut);
  }

  /** What is left at the end of the stream. */
  rest(): ReadingBlock | null {
    return this.count === 0 ? null : this.#cut(this.count);
  }

  #cut(end: number): ReadingBlock {
    const { columns } = this;
    const rows = arrange(columns, end, this.names);
    const of = <T extends Column>(column: T): T => (rows === null ? column.slice(0, end) : gathered(column, rows)) as T;
    const block: ReadingBlock = {
      kind: 'reading-block',
      count: rows?.length ?? end,
      ...this.names.fresh(),
      ...{ sensor: of(columns.sensor), measure: of(columns.measure), gateway: of(columns.gateway), standing: of(columns.standing) },
      ...{ at: of(columns.at), nth: of(columns.nth), receivedAt: of(columns.receivedAt), order: of(columns.order) },
      ...{ value: of(columns.value), sort: of(columns.sort), test: of(columns.test) },
      texts: [...this.#texts.keys()],
    };
    this.#keepFrom(end);
    return block;
  }

  /** The rows from here on become the first ones; their texts are numbered anew. */
  #keepFrom(end: number): void {
    const { columns } = this;
    for (const name of COLUMNS) columns[name].copyWithin(0, end, this.count);
    this.count -= end;
    const before = [...this.#texts.keys()];
    this.#texts = new Map();
    if (before.length === 0) return;
    for (let row = 0; row < this.count; row += 1)
      if (columns.sort[row] === SORT.text) columns.value[row] = this.textNumber(before[columns.value[row] as number] as string);
  }
}
