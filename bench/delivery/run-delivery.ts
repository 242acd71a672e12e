import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { BADNESS, type Badness } from './badness.ts';
import { runBlock } from './isolation.ts';

/*
 * `npm run bench:delivery`: what one bad endpoint costs the others (F8 allows a p99 of 10 % more). Blocks with and without it take
 * turns, with → without and without → with, in one run; without, the same load goes to a good server instead. The control compares
 * good with good: as far as it is from 1.00 the machine is noise. A benchmark is no test and fails nobody.
 * `--quick` makes short rounds; `--only=503` those rows whose name has it, and the control.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const quick = process.argv.includes('--quick');
const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length) ?? '';
const PAIRS = quick ? 2 : 7;
const SECONDS = quick ? 1 : 2;

interface Compared {
  readonly kind: string;
  readonly without: readonly number[];
  readonly with: readonly number[];
  /** Of the p99, pair by pair: a stall of the machine spoils one of them and not the middle one. */
  readonly ratios: readonly number[];
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

async function compare(journal: Journal, addresses: Readonly<Record<string, string>>, kind: Badness): Promise<Compared> {
  const found: Record<'with' | 'without', number[]> = { with: [], without: [] };
  const good = addresses['good'] as string;
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const turns = pair % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
    const p99 = { with: 0, without: 0 };
    for (const turn of turns) {
      const trial = turn === 'with' ? (addresses[kind] as string) : good;
      const times = await runBlock({ journal, good, trial, name: `${kind}-${pair}-${turn}`, seconds: SECONDS });
      found[turn].push(...times);
      p99[turn] = at(times, 0.99);
    }
    ratios.push(p99.with / p99.without);
  }
  return { kind, ...found, ratios };
}

function together(all: readonly Compared[]): Compared {
  return {
    kind: `all ${all.length} bad ones together`,
    without: all.flatMap((one) => one.without),
    with: all.flatMap((one) => one.with),
    ratios: all.flatMap((one) => one.ratios),
  };
}

function line({ kind, without, with: beside, ratios }: Compared): string {
  const ms = (value: number): string => value.toFixed(1);
  const ratio = (share: number): string => (at(beside, share) / at(without, share)).toFixed(2);
  return `| ${kind} | ${ms(at(without, 0.5))} | ${ms(at(beside, 0.5))} | ${ratio(0.5)} | ${ms(at(without, 0.99))} | ${ms(at(beside, 0.99))} | ${ratio(0.99)} | ${at(ratios, 0.5).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) | ${beside.length} |`;
}

const child = spawn(process.execPath, [join(here, 'receivers.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
const addresses = await new Promise<Readonly<Record<string, string>>>((resolve) =>
  child.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as Readonly<Record<string, string>>)),
);
const directory = mkdtempSync(join(process.cwd(), 'dist-bench', 'outbox-'));
const journal = await openJournal({ directory, emit: () => undefined });
process.stdout.write(
  [
    '| the fourth endpoint … | p50 ms without | with | ratio | p99 ms without | with | ratio | middle pair (all pairs) | samples each |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    '',
  ].join('\n'),
);
try {
  // The first block of a process is compiled while it runs.
  await runBlock({ journal, good: addresses['good'] as string, trial: addresses['good'] as string, name: 'first', seconds: SECONDS });
  const rows = BADNESS.filter((kind) => kind.includes(only) || kind.includes('control'));
  const bad: Compared[] = [];
  for (const kind of rows) {
    const compared = await compare(journal, addresses, kind);
    process.stdout.write(`${line(compared)}\n`);
    if (!kind.includes('control')) bad.push(compared);
  }
  // A single kind has too few samples for its p99 to be known to a tenth; all of them together have enough.
  if (bad.length > 1) process.stdout.write(`${line(together(bad))}\n`);
} finally {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
  child.stdin.end();
}
