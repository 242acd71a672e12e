import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { Refusal } from '../../model/problem.ts';
import { isFatal } from './duck-fault.ts';
import { prepareSchema } from './schema.ts';

export const HISTORY_FILE = 'history.duckdb';
const COPY = 'history.duckdb.copy';

export interface DuckLimits {
  /** As DuckDB writes it. */
  readonly memory: string;
  readonly threads: number;
  /** The write-ahead log may grow to this before it is moved into the file. */
  readonly checkpoint: string;
}

/** Told whenever the file has been opened: what is held in memory of it is read anew. */
export type OnStart = (writer: DuckDBConnection) => Promise<void>;

/** A row as DuckDB gives it, and as the one who wrote the statement knows it. */
export type Row = readonly unknown[];

/** The database file: one connection that writes, one that reads, and more for whoever reads long. */
export class DuckFile {
  readonly path: string;
  readonly #directory: string;
  readonly #limits: DuckLimits;
  readonly #onStart: OnStart;
  #instance: DuckDBInstance | null = null;
  #writer: DuckDBConnection | null = null;
  #reader: DuckDBConnection | null = null;
  /** What every write says is prepared once: to parse it costs more hops between threads than to do it. */
  #said: {
    readonly begin: DuckDBPreparedStatement;
    readonly commit: DuckDBPreparedStatement;
    readonly cursor: DuckDBPreparedStatement;
  } | null = null;
  #closed = false;

  private constructor(directory: string, limits: DuckLimits, onStart: OnStart) {
    this.#directory = directory;
    this.#limits = limits;
    this.#onStart = onStart;
    this.path = join(directory, HISTORY_FILE);
  }

  /** @throws Refusal: `history-directory`, `history-locked`, `history-foreign`, `history-newer`. */
  static async open(directory: string, limits: DuckLimits, onStart: OnStart): Promise<DuckFile> {
    const file = new DuckFile(directory, limits, onStart);
    try {
      mkdirSync(directory, { recursive: true });
      rmSync(join(directory, COPY), { force: true });
      await file.#start();
    } catch (error) {
      file.close();
      throw refusalOf(error, file.path);
    }
    return file;
  }

  get writer(): DuckDBConnection {
    if (this.#writer === null) throw new Error('The history file is closed.');
    return this.#writer;
  }

  async read(sql: string): Promise<readonly Row[]> {
    if (this.#reader === null) throw new Error('The history file is closed.');
    return (await this.#reader.runAndReadAll(sql)).getRows();
  }

  connect(): Promise<DuckDBConnection> {
    if (this.#instance === null) throw new Error('The history file is closed.');
    return this.#instance.connect();
  }

  /** All of the work or none of it; `ending` decides when the commit is. A database that has given up is opened again. */
  async transaction(work: (connection: DuckDBConnection) => Promise<void>, ending = atOnce): Promise<void> {
    if (this.#instance === null && !this.#closed) await this.#start();
    const [connection, said] = [this.writer, this.#said];
    try {
      await said?.begin.run();
      await work(connection);
      await ending(async () => void (await said?.commit.run()));
    } catch (error) {
      if (isFatal(error)) this.#letGo();
      // A COMMIT that failed has ended its transaction already.
      else await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Into the open transaction. */
  async moveCursor(offset: number, audit: number): Promise<void> {
    this.#said?.cursor.bindBigInt(1, BigInt(offset));
    this.#said?.cursor.bindBigInt(2, BigInt(audit));
    await this.#said?.cursor.run();
  }

  /** Bytes in use, without those that are free for reuse. Nobody else may be at work. */
  async bytes(): Promise<number> {
    await this.writer.run('CHECKPOINT');
    const sql = `SELECT (used_blocks * block_size)::DOUBLE FROM pragma_database_size()`;
    return (await this.read(sql))[0]?.[0] as number;
  }

  /** Copies what is in use into a new file and puts it in place of this one; nobody may be at work in it. */
  async copyAnew(): Promise<void> {
    const copy = join(this.#directory, COPY);
    rmSync(copy, { force: true });
    await this.writer.run(`ATTACH '${quoted(copy)}' AS anew; COPY FROM DATABASE history TO anew; DETACH anew`);
    this.#letGo();
    // What stands in a log would be played into the wrong file.
    if (existsSync(`${this.path}.wal`)) rmSync(copy, { force: true });
    else renameSync(copy, this.path);
    await this.#start();
  }

  close(): void {
    this.#closed = true;
    this.#letGo();
  }

  #letGo(): void {
    for (const statement of Object.values(this.#said ?? {})) statement.destroySync();
    this.#said = null;
    this.#writer?.closeSync();
    this.#reader?.closeSync();
    this.#instance?.closeSync();
    this.#writer = this.#reader = this.#instance = null;
  }

  async #start(): Promise<void> {
    this.#instance = await DuckDBInstance.create(this.path, {
      memory_limit: this.#limits.memory,
      threads: String(this.#limits.threads),
      temp_directory: join(this.#directory, 'history.tmp'),
      checkpoint_threshold: this.#limits.checkpoint,
      // Nothing is fetched from the network, ever.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    this.#writer = await this.#instance.connect();
    this.#reader = await this.#instance.connect();
    await prepareSchema(this.#writer);
    await this.#onStart(this.#writer);
    this.#said = {
      begin: await this.#writer.prepare('BEGIN'),
      commit: await this.#writer.prepare('COMMIT'),
      cursor: await this.#writer.prepare('UPDATE maibo SET log_offset = $1, audit_offset = $2'),
    };
  }
}

type Ending = (commit: () => Promise<void>) => Promise<void>;
const atOnce: Ending = (commit) => commit();

export function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

function refusalOf(error: unknown, path: string): unknown {
  if (error instanceof Refusal) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (/Could not set lock/.test(said)) {
    return new Refusal('history-locked', `Another process has the history ${path} open. Stop it, or choose another directory.`);
  }
  if (/version number|newer version/.test(said)) {
    return new Refusal('history-newer', `The history ${path} was written by a newer program: start that one. DuckDB says: ${said}`);
  }
  if (/not a valid DuckDB/.test(said)) {
    return new Refusal('history-foreign', `${path} is no history of Maibo: move it away, or choose another directory.`);
  }
  return new Refusal('history-directory', `The history ${path} cannot be opened: ${said}`);
}
