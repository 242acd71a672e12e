import { benchReads, benchWrites, STORE, type HistoryJob, type ReadFigures, type WayCost } from './bench-embedded.ts';
import { compareWrites, openSink, type InfluxRates } from './bench-influx.ts';

export interface HistoryFigures {
  readonly influx: InfluxRates;
  readonly writes: readonly WayCost[];
  readonly reads: ReadFigures;
}

/** Both stores of history, in about a minute. */
export async function benchHistory(job: HistoryJob, say: (line: string) => void): Promise<HistoryFigures> {
  say('history, InfluxDB');
  const sink = await openSink();
  const influx = await compareWrites(sink.url, false, 2).finally(sink.close);
  say('history, DuckDB, writing');
  const writes = await benchWrites(job);
  say('history, DuckDB, reading');
  return { influx, writes, reads: await benchReads({ ...job, rows: job.rows * 33 }) };
}

export function historyLines({ influx, writes, reads }: HistoryFigures): string[] {
  const store = writes.find(({ name }) => name === STORE)?.rate ?? 0;
  const others = writes.filter(({ name }) => name !== STORE);
  return [
    '| history, readings in batches of 5,000 | points/s | ours ÷ this |',
    '| --- | ---: | ---: |',
    `| to InfluxDB (a sink that only answers), ours | ${thousands(influx.ours)} | 1 |`,
    `| to the same, the client as its manual shows it | ${thousands(influx.bare)} | ${(influx.ours / influx.bare).toFixed(2)} |`,
    `| into DuckDB, ours, with names, checks and cursor | ${thousands(store)} | 1 |`,
    ...others.map(({ name, rate }) => `| into the same, ${name} alone | ${thousands(rate)} | ${(store / rate).toFixed(2)} |`),
    '',
    `| history in DuckDB, ${thousands(reads.rows)} readings of 30 days | |`,
    '| --- | ---: |',
    `| for a back-test, in the order of the log | ${thousands(reads.arrivals)} readings/s |`,
    `| a month of one sensor, 43,200 readings in 1,000 buckets | median ${reads.month.median.toFixed(0)} ms, worst ${reads.month.worst.toFixed(0)} ms |`,
    `| on the disk | ${(reads.bytes / reads.rows).toFixed(1)} bytes a reading |`,
  ];
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
