import { fileURLToPath } from 'node:url';
import { tryArrival } from './trial.ts';
import { readGround } from './trial-definition.ts';

/*
 * `npm run test:arrival [seeds] [first seed]`: each seed is 10,000 readings of the city, told in order, then late, doubled and
 * out of order, then once more with a restart from a snapshot on the way. Exit 0 only if all come to the same.
 */
const READINGS = 10_000;
const seeds = Number(process.argv[2] ?? 200);
const first = Number(process.argv[3] ?? 1);
if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(first)) {
  process.stderr.write('npm run test:arrival [seeds] [first seed]: two whole numbers, please.\n');
  process.exit(2);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const started = performance.now();
const ground = await readGround(fileURLToPath(new URL('../../../../', import.meta.url)));
print(`${ground.definition.rules.rules.length} rules · ${ground.definition.city.sensors.length} sensors`);
for (const reason of ground.leftOut) print(`left out: ${reason}`);

const total = { readings: 0, arrivals: 0, duplicates: 0, overtaken: 0, fired: 0, resolved: 0, orders: 0, differences: 0 };
const rules = new Set<string>();
for (let seed = first; seed < first + seeds; seed += 1) {
  const report = tryArrival(ground, { seed, readings: READINGS });
  const wrong = [...report.differences, ...report.lost];
  for (const difference of wrong.slice(0, 5)) print(`✗ seed ${seed}: ${difference}`);
  for (const name of ['readings', 'arrivals', 'duplicates', 'overtaken', 'fired', 'resolved', 'orders'] as const)
    total[name] += report[name];
  total.differences += wrong.length;
  for (const rule of report.rules) rules.add(rule);
  print(
    `${wrong.length === 0 ? '✓' : '✗'} seed ${seed} · ${(report.span / 3_600_000).toFixed(1)} h · ${report.fired} alerts, ` +
      `${report.resolved} of them over · ${report.orders} orders · ${report.verdicts} verdicts · differences ${wrong.length}`,
  );
}

print(
  `${total.differences === 0 ? '✓' : '✗'} ${seeds} seeds · ${total.readings} readings, ${total.arrivals} arrivals, ` +
    `${total.duplicates} duplicates, ${total.overtaken} overtaken · ${total.fired} alerts of ${rules.size} rules, ${total.resolved} over · ` +
    `${total.orders} orders · differences ${total.differences} · ${Math.round((performance.now() - started) / 1_000)} s`,
);
const quiet = ground.definition.rules.rules.filter(({ id }) => !rules.has(id)).map(({ id }) => id);
if (quiet.length > 0) print(`never raised: ${quiet.join(', ')}`);
process.exitCode = total.differences === 0 ? 0 : 1;
