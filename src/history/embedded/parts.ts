import type { DuckDBConnection } from '@duckdb/node-api';

/** `raw`: readings as they were written. `minute`: what is left of them. */
export type Tier = 'raw' | 'minute';
/**
 * `open`: in the order of writing, perhaps with points that were written twice. `settled`: sorted by series and time, each point once.
 * `gone`: removed, and summed up; nothing of that day is taken any more.
 */
export type PartState = 'open' | 'settled' | 'gone';

/** `received`: nanoseconds of `receivedAt` · 10⁶ + `order`, as `ns` is of `at` and `nth`. */
const COLUMNS: Readonly<Record<Tier, string>> = {
  raw: `sensor INTEGER NOT NULL, measure INTEGER NOT NULL, ns BIGINT NOT NULL, received BIGINT NOT NULL, value DOUBLE, text VARCHAR,
    flag BOOLEAN, test BOOLEAN NOT NULL, standing INTEGER NOT NULL, gateway INTEGER NOT NULL`,
  minute: `sensor INTEGER NOT NULL, measure INTEGER NOT NULL, slot INTEGER NOT NULL, count INTEGER NOT NULL, total DOUBLE NOT NULL, min DOUBLE NOT NULL,
    max DOUBLE NOT NULL, last DOUBLE NOT NULL`,
};

/**
 * The days that are there, a table each: a day of the past is sorted by series and time, so that the zone maps of DuckDB lead to
 * the one row group of a sensor, and is removed by dropping it, which costs nothing and frees its blocks whole.
 */
export class Parts {
  readonly #states = new Map<string, PartState>();
  /** What the open transaction has changed, and what it was. */
  readonly #undo: (readonly [string, PartState | null])[] = [];

  async load(connection: DuckDBConnection): Promise<void> {
    this.#states.clear();
    this.settle();
    for (const [tier, day, state] of (await connection.runAndReadAll('SELECT tier, day, state FROM parts')).getRows()) {
      this.#states.set(tableOf(tier as Tier, day as number), state as PartState);
    }
  }

  state(tier: Tier, day: number): PartState | null {
    return this.#states.get(tableOf(tier, day)) ?? null;
  }

  /** Days that are there, the oldest first. */
  days(tier: Tier): readonly number[] {
    const there = [...this.#states].filter(([name, state]) => name.startsWith(`${tier}_`) && state !== 'gone');
    return there.map(([name]) => Number(name.slice(tier.length + 1))).sort((a, b) => a - b);
  }

  /** Into the open transaction; `settle` after its commit, `forget` if there was none. Makes the table of a day that is new. */
  async set(connection: DuckDBConnection, part: { tier: Tier; day: number }, state: PartState): Promise<void> {
    const { tier, day } = part;
    const was = this.state(tier, day);
    if (was === state) return;
    if (was === null) await connection.run(createSql(tier, tableOf(tier, day)));
    await connection.run(
      `DELETE FROM parts WHERE tier = '${tier}' AND day = ${day}; INSERT INTO parts VALUES ('${tier}', ${day}, '${state}')`,
    );
    this.#undo.push([tableOf(tier, day), was]);
    this.#states.set(tableOf(tier, day), state);
  }

  settle(): void {
    this.#undo.length = 0;
  }

  forget(): void {
    for (const [name, was] of this.#undo.splice(0).reverse()) {
      if (was === null) this.#states.delete(name);
      else this.#states.set(name, was);
    }
  }
}

export function tableOf(tier: Tier, day: number): string {
  return `${tier}_${day}`;
}

export function createSql(tier: Tier, table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (${COLUMNS[tier]})`;
}
