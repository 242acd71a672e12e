import { isClean } from './ledger.ts';
import { runKillTrial, type KillTrialResult } from './kill-trial.ts';

/*
 * `npm run test:crash [kills]`: kill -9 fifty times under load, then ten power cuts where strace is there to watch the flushes.
 * Exit 0 only when nothing was lost and nothing was done twice.
 */
const WORKER = new URL('../../journal/commit-worker.js', import.meta.url);
const kills = Number(process.argv[2] ?? 50);

function report(name: string, result: KillTrialResult): boolean {
  const starts = [...result.starts].sort((a, b) => a - b);
  const clean = isClean(result);
  process.stdout.write(
    `${clean ? '✓' : '✗'} ${name}: ${result.kills} kills · acknowledged ${result.acknowledged}, lost ${result.lostReadings.length} · ` +
      `incidents ${result.incidents}, orders lost ${result.lostOrders.length}, made twice ${result.twice.length} · ` +
      `receipts ${result.receipts}, lost ${result.lostReceipts.length} · repeats under one id ${result.repeats} · ` +
      `bytes cut ${result.cutBytes} · start p50 ${Math.round(starts[starts.length >> 1] ?? 0)} ms, max ${Math.round(starts.at(-1) ?? 0)} ms\n`,
  );
  return clean;
}

const progress = (done: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} kills`);
};
const common = { worker: WORKER, random: Math.random, progress };
const first = report('kill -9', await runKillTrial({ ...common, kills, rate: 2_000, life: [400, 1_500], fault: 'kill' }));
const second = report(
  'power cut',
  await runKillTrial({ ...common, kills: Math.ceil(kills / 5), rate: 500, life: [600, 1_500], fault: 'power' }),
);
process.exitCode = first && second ? 0 : 1;
