import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchEngine, engineJob } from './engine/bench-engine.ts';
import { engineLines } from './engine/engine-report.ts';
import { backtestLines, benchBacktest } from './history/backtest.ts';
import { benchHistory, historyLines } from './history/bench-history.ts';
import { benchIngest, type IngestResult } from './ingest.ts';
import { benchLatency, type LatencyResult } from './latency.ts';
import { reportLines, writeReadme } from './report.ts';

/*
 * `npm run bench`: every comparison is made in this one run, on the same work, in turns; the middle one of three rounds counts.
 * A benchmark is no test and fails nobody. `--quick` makes one short round and writes nothing.
 */
const root = process.cwd();
const here = fileURLToPath(new URL('.', import.meta.url));
const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 3;

async function rounded(job: { count: number; values: number }): Promise<IngestResult[]> {
  const all: IngestResult[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`ingest, ${job.values} a message, round ${round + 1} of ${rounds}`);
    all.push(await benchIngest(root, here, job));
  }
  return (all[0] ?? []).map((first) => median(all.flat().filter((result) => result.name === first.name)));
}

function median(results: readonly IngestResult[]): IngestResult {
  const sorted = [...results].sort((a, b) => a.messagesPerSecond - b.messagesPerSecond);
  return sorted[sorted.length >> 1] as IngestResult;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Before the servers start: it wants the machine for itself.
const engine = engineLines(await benchEngine(engineJob(root, quick, say)));
const history = historyLines(await benchHistory({ rows: quick ? 50_000 : 300_000, sensors: 10_000 }, say));
const backtested = backtestLines(await benchBacktest({ root, readings: quick ? 100_000 : 1_000_000, sensors: 10_000, say }));
const single = await rounded({ count: quick ? 50_000 : 300_000, values: 1 });
const batched = (await rounded({ count: quick ? 1_000 : 10_000, values: 100 })).filter((result) => !result.name.includes('Mosquitto'));
const latency: LatencyResult[] = [];
for (const rate of [0, 1_000, 5_000, 20_000]) {
  say(`latency beside ${rate} readings/s`);
  latency.push(await benchLatency(root, here, rate, quick ? 30 : 200));
}
const lines = [...reportLines({ single, batched, latency }), '', ...engine, '', ...history, '', ...backtested];
process.stdout.write(`${lines.join('\n')}\n`);
if (!quick) writeReadme(join(root, 'README.md'), lines);
