import { benchHistory, historyLines } from './bench-history.ts';

/* `npm run bench:history [rows] [sensors]`: the stores of history alone. Printed, and not written down. */
const job = { rows: Number(process.argv[2] ?? 300_000), sensors: Number(process.argv[3] ?? 10_000) };
const figures = await benchHistory(job, (line) => void process.stderr.write(`${line}\n`));
process.stdout.write(`${historyLines(figures).join('\n')}\n`);
for (const { name, cpu } of figures.writes) process.stdout.write(`${name}: ${cpu.toFixed(2)} µs of the processor a reading\n`);
