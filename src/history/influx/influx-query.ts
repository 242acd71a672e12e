import { StoreFault } from '../store-fault.ts';
import { credentialsOf } from './credentials.ts';
import { influxFault, statusFault } from './influx-fault.ts';
import type { InfluxSettings } from './influx-options.ts';

/** One row: the time in RFC 3339, then what was asked for. */
export type Row = readonly [time: string, ...values: unknown[]];

const ROWS_A_CHUNK = 5_000;

interface QueryAnswer {
  readonly results?: readonly {
    readonly error?: string;
    readonly partial?: boolean;
    readonly series?: readonly { readonly name?: string; readonly values?: readonly Row[] }[];
  }[];
  readonly error?: string;
}

/**
 * InfluxQL over `/query`, which 1.x, 2.x and 3 all answer; the client has no word for it, and an iteration of its transport
 * that is given up ends the process with an uncaught error, so it goes by `fetch`. The answer comes in chunks where the server can; one that cannot
 * sends it whole, and we read that as well.
 */
export class InfluxQuery {
  private readonly settings: InfluxSettings;
  private readonly address: string;

  constructor(settings: InfluxSettings) {
    this.settings = settings;
    const rp = settings.policy === null ? '' : `&rp=${encodeURIComponent(settings.policy)}`;
    const base = settings.url.replace(/\/$/, '');
    this.address = `${base}/query?db=${encodeURIComponent(settings.database)}${rp}&chunked=true&chunk_size=${ROWS_A_CHUNK}`;
  }

  /** All rows at once; for what has a limit. */
  async all(measurement: string, query: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const some of this.rows(measurement, query)) for (const row of some) rows.push(row);
    return rows;
  }

  /** Rows as they come. Rejects with a `StoreFault` only, also when the answer is cut off. */
  async *rows(measurement: string, query: string): AsyncGenerator<readonly Row[]> {
    let answered = false;
    let more = false;
    for await (const line of this.lines(query)) {
      const [result] = parse(line);
      if (result === undefined) continue;
      answered = true;
      if (result.error !== undefined) throw queryFault(result.error);
      more = result.partial === true;
      for (const series of result.series ?? []) if (series.name === measurement && series.values !== undefined) yield series.values;
    }
    if (!answered) throw new StoreFault('unreachable', 'no answer to a query');
    if (more) throw new StoreFault('refused', 'the server cut its answer: max-row-limit is too low');
  }

  private async *lines(query: string): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.chunks(query)) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
    yield rest + decoder.decode();
  }

  /** Silence, not length, ends an answer: it may be long, and its reader slow. */
  private async *chunks(query: string): AsyncGenerator<Uint8Array> {
    const { timeout, now } = this.settings;
    const ended = new AbortController();
    const soon = async <T>(what: Promise<T>): Promise<T> => {
      const silence = setTimeout(() => ended.abort(), timeout);
      return what.finally(() => clearTimeout(silence));
    };
    try {
      const answer = await soon(this.ask(query, ended.signal));
      if (answer.status !== 200) throw await soon(statusFault(answer, now()));
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      for (let part = await soon(reader.read()); !part.done; part = await soon(reader.read())) yield part.value;
    } catch (error) {
      if (ended.signal.aborted) throw new StoreFault('unreachable', `no answer within ${timeout} ms`);
      throw influxFault(error, now());
    } finally {
      // A reader that has had enough leaves no request behind.
      ended.abort();
    }
  }

  private ask(query: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: 'application/json', ...credentialsOf(this.settings) };
    return fetch(this.address, { method: 'POST', body: new URLSearchParams({ q: query }), headers, redirect: 'manual', signal });
  }
}

function parse(line: string): NonNullable<QueryAnswer['results']> {
  if (line.trim() === '') return [];
  let answer: QueryAnswer;
  try {
    answer = JSON.parse(line) as QueryAnswer;
  } catch {
    throw new StoreFault('unreachable', `an answer to a query that is no JSON: ${line.slice(0, 100)}`);
  }
  if (answer.error !== undefined) throw queryFault(answer.error);
  return answer.results ?? [];
}

function queryFault(said: string): StoreFault {
  return new StoreFault(/not found/.test(said) ? 'forbidden' : 'refused', said);
}
