import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadReply, ThreadRequest, ThreadSetup } from './backtest-thread-protocol.ts';
import { StoredRun } from './stored-run.ts';

/* One thread of a back-test: the jobs that it was given, over the blocks that it is sent. It writes nothing and asks nobody. */
const { answering, city, jobs, settings, span } = workerData as ThreadSetup;
const runs = jobs.map(({ gateways, measures, rules, side }) => {
  const definition = { rules: { hash: '', rules }, city, settings };
  return { side, run: new StoredRun({ definition, from: span.from, answering, measures, gateways }) };
});

function say(reply: ThreadReply): void {
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'block') {
    for (const { run } of runs) run.take(request.block);
    say({ kind: 'taken' });
    return;
  }
  for (const { run } of runs) run.finish(span.to);
  say({ kind: 'done', results: runs.map(({ run, side }) => ({ side, result: run.result() })) });
});
