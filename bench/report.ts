import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { IngestResult } from './ingest.ts';
import type { LatencyResult } from './latency.ts';

export interface BenchReport {
  readonly single: readonly IngestResult[];
  readonly batched: readonly IngestResult[];
  readonly latency: readonly LatencyResult[];
}

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** The tables, as they stand in the README. */
export function reportLines(report: BenchReport): string[] {
  const durable = find(report.single, 'durable (');
  const ratioTo = (name: string): string => {
    const other = report.single.find((result) => result.name.includes(name));
    return other === undefined ? '–' : (durable.messagesPerSecond / other.messagesPerSecond).toFixed(2);
  };
  return [
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB; publisher, server and receiver share the machine. Written by \`npm run bench\`.`,
    '',
    '| ingest, QoS 1, one reading a message | messages/s | durable ÷ this |',
    '| --- | ---: | ---: |',
    ...report.single.map(
      (result) => `| ${result.name} | ${thousands(result.messagesPerSecond)} | ${result === durable ? '1' : ratioTo(result.name)} |`,
    ),
    '',
    '| ingest, 100 readings a message | messages/s | readings/s |',
    '| --- | ---: | ---: |',
    ...report.batched.map(
      (result) => `| ${result.name} | ${thousands(result.messagesPerSecond)} | ${thousands(result.readingsPerSecond)} |`,
    ),
    '',
    '| second alarm published → all three signed webhooks received | p50 ms | p99 ms | max ms | incidents |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...report.latency.map(
      (one) =>
        `| ${one.readingsPerSecond === 0 ? 'idle' : `beside ${thousands(one.readingsPerSecond)} readings/s (got ${thousands(one.achieved)})`} | ${one.p50} | ${one.p99} | ${one.max} | ${one.incidents} |`,
    ),
  ];
}

/** Puts the tables between the marks of the README; nobody writes them by hand. */
export function writeReadme(file: string, lines: readonly string[]): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(START);
  const to = text.indexOf(END);
  if (from === -1 || to === -1) throw new Error(`${file} has no ${START} … ${END}`);
  writeFileSync(file, `${text.slice(0, from + START.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
}

function find(results: readonly IngestResult[], name: string): IngestResult {
  const found = results.find((result) => result.name.includes(name));
  if (found === undefined) throw new Error(`no result named ${name}`);
  return found;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
