import { benchEngine, engineJob } from './bench-engine.ts';
import { engineLines } from './engine-report.ts';

/* `npm run bench:engine`: the engine alone, printed and not written down; `--quick` for a small city. */
const job = engineJob(process.cwd(), process.argv.includes('--quick'), (line) => void process.stderr.write(`${line}\n`));
process.stdout.write(`${engineLines(await benchEngine(job)).join('\n')}\n`);
