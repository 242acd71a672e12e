import { runConditionTrial, type TrialReport } from './trial.ts';

/*
 * `npm run test:conditions [cases] [seed]`: a million questions, or as many as are asked for, put to Maibo and to
 * json-rules-engine. Prints what differs, what was refused, and what the questions reached. Exit 0 only if nothing differs.
 */
const cases = Number(process.argv[2] ?? process.env['MAIBO_FUZZ_CASES'] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('npm run test:conditions [cases] [seed]: two whole numbers, please.\n');
  process.exit(2);
}

const started = performance.now();
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** On a terminal one line that moves, elsewhere one line for each twentieth. */
let shown = 0;
function progress(report: TrialReport): void {
  const line = `${report.cases} of ${cases} · ${report.differences.length} differences`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\u001b[K`);
  else if (report.cases >= shown) {
    process.stderr.write(`${line}\n`);
    shown = report.cases + cases / 20;
  }
}

print(`seed ${seed}`);
const report = await runConditionTrial({ cases, seed, mostDifferences: 20, progress });
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
for (const { by, theirs, ours, line } of report.differences) print(`✗ ${by}: json-rules-engine ${theirs}, Maibo ${ours}: ${line}`);
print('construct                                       true     false     error');
for (const [name, tally] of [...report.constructs].sort(([a], [b]) => (a < b ? -1 : 1))) {
  print(`${name.padEnd(42)}${[tally.true, tally.false, tally.error].map((count) => String(count).padStart(10)).join('')}`);
}
for (const [kind, count] of report.refused) print(`${count} times ${kind}`);
const { verdicts, live } = report;
print(`live rules: ${live.decided} decided, ${live.unknown} unknown, ${live.refused} refused`);
print(
  `${report.differences.length === 0 ? '✓' : '✗'} ${report.cases} questions · ${report.differences.length} differences · ` +
    `true ${verdicts.true}, false ${verdicts.false}, error ${verdicts.error} · seed ${seed} · ` +
    `${Math.round((performance.now() - started) / 1_000)} s`,
);
process.exitCode = report.differences.length === 0 ? 0 : 1;
