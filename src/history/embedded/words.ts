import type { DuckDBConnection } from '@duckdb/node-api';

type Word = string | null;
type Pair = readonly [Word, Word];

/** Things that are written often, and their small numbers. All of them are in memory, and in the table `words`. */
abstract class Numbered<T> {
  readonly #sort: string;
  protected readonly list: T[] = [];
  /** How many of them are in the file. */
  #kept = 0;
  /** How many of them the open transaction has written, or an earlier one. */
  #written = 0;

  constructor(sort: string) {
    this.#sort = sort;
  }

  protected abstract columns(thing: T): Pair;
  protected abstract restore(pair: Pair): void;
  protected abstract drop(thing: T): void;

  /** Numbers go from 0 to this. */
  get size(): number {
    return this.list.length;
  }

  all(): readonly T[] {
    return this.list;
  }

  of(id: number): T {
    const thing = this.list[id];
    if (thing === undefined) throw new Error(`The history names a ${this.#sort} ${id} that it does not know.`);
    return thing;
  }

  /** Writes the new ones into the open transaction; `settle` after its commit, `forget` if there was none. */
  async keep(connection: DuckDBConnection): Promise<void> {
    if (this.#written === this.list.length) return;
    const appender = await connection.createAppender('words');
    for (let id = this.#written; id < this.list.length; id += 1) {
      appender.appendVarchar(this.#sort);
      appender.appendInteger(id);
      for (const word of this.columns(this.of(id))) {
        if (word === null) appender.appendNull();
        else appender.appendVarchar(word);
      }
      appender.endRow();
    }
    appender.closeSync();
    this.#written = this.list.length;
  }

  settle(): void {
    this.#kept = this.#written;
  }

  forget(): void {
    this.#written = this.#kept;
    for (const thing of this.list.splice(this.#kept)) this.drop(thing);
  }

  async load(connection: DuckDBConnection): Promise<void> {
    for (const thing of this.list.splice(0)) this.drop(thing);
    const rows = await connection.runAndReadAll(`SELECT a, b FROM words WHERE sort = '${this.#sort}' ORDER BY id`);
    for (const row of rows.getRows()) this.restore(row as unknown as Pair);
    this.#kept = this.#written = this.list.length;
  }
}

class Texts extends Numbered<string> {
  readonly #ids = new Map<string, number>();
  /** The last that was asked for is asked for again, as a rule. */
  readonly #last = { text: '', id: -1 };

  idOf(text: string): number {
    if (text === this.#last.text && this.#last.id >= 0) return this.#last.id;
    const id = this.#idOf(text);
    this.#last.text = text;
    this.#last.id = id;
    return id;
  }

  #idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.list.push(text) - 1;
      this.#ids.set(text, id);
    }
    return id;
  }

  known(text: string): number | null {
    return this.#ids.get(text) ?? null;
  }

  protected override columns(text: string): Pair {
    return [text, null];
  }

  protected override restore([text]: Pair): void {
    this.idOf(text as string);
  }

  protected override drop(text: string): void {
    this.#ids.delete(text);
    this.#last.id = -1;
  }
}

class Pairs extends Numbered<Pair> {
  /** Nested, for a text that is joined from two would have to be made for every point. */
  readonly #ids = new Map<Word, Map<Word, number>>();

  idOf(a: Word, b: Word): number {
    let ofA = this.#ids.get(a);
    if (ofA === undefined) this.#ids.set(a, (ofA = new Map<Word, number>()));
    let id = ofA.get(b);
    if (id === undefined) {
      id = this.list.push([a, b]) - 1;
      ofA.set(b, id);
    }
    return id;
  }

  known(a: Word, b: Word): number | null {
    return this.#ids.get(a)?.get(b) ?? null;
  }

  protected override columns(pair: Pair): Pair {
    return pair;
  }

  protected override restore([a, b]: Pair): void {
    this.idOf(a, b);
  }

  protected override drop([a, b]: Pair): void {
    this.#ids.get(a)?.delete(b);
  }
}

export class Dictionary {
  readonly sensors = new Texts('sensor');
  readonly measures = new Texts('measure');
  readonly gateways = new Texts('gateway');
  /** Sign and key. */
  readonly signs = new Pairs('sign');
  /** Place and street. */
  readonly standings = new Pairs('standing');
  readonly #all = [this.sensors, this.measures, this.gateways, this.signs, this.standings];

  async load(connection: DuckDBConnection): Promise<void> {
    for (const words of this.#all) await words.load(connection);
  }

  async keep(connection: DuckDBConnection): Promise<void> {
    for (const words of this.#all) await words.keep(connection);
  }

  settle(): void {
    for (const words of this.#all) words.settle();
  }

  forget(): void {
    for (const words of this.#all) words.forget();
  }
}
