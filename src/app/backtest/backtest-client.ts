import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RULE_FILE_ENDING } from '../../config/rule-checks/file-name.ts';
import { Refusal } from '../../model/problem.ts';
import { isoTime } from '../../model/time.ts';
import { askServer, endOnServer, type Server } from '../server-client.ts';
import type { AskedBacktest, BacktestWatch } from './ask-backtest.ts';
import type { BacktestReport } from './backtest-report.ts';

/** How a back-test stands, as the API answers it. */
interface BacktestView {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly readings: number;
  readonly fraction: number;
  readonly code?: string;
  readonly detail?: string;
  readonly report?: BacktestReport;
}

const AGAIN = 250;
const PATH = '/api/v1/rules/backtest';

/** Has a running server do it. @throws Refusal with the code that the server gave, or `backtest-cancelled` */
export async function askServerBacktest(
  server: Server,
  asked: AskedBacktest,
  watch: Pick<BacktestWatch, 'signal' | 'progress'>,
): Promise<BacktestReport> {
  const { againstDir, handledAfter, only, rulesDir, span, warm } = asked;
  const body = {
    from: isoTime(span.from),
    to: isoTime(span.to),
    ...(rulesDir === null ? {} : { rules: filesOf(rulesDir) }),
    against: againstDir === null ? 'recorded' : filesOf(againstDir),
    ...(only === null ? {} : { only }),
    ...(warm === null ? {} : { warmMs: warm }),
    handledAfterMs: handledAfter,
  };
  let view = (await askServer(server, PATH, body)) as BacktestView;
  while (view.state === 'running') {
    watch.progress(view);
    // What was begun for somebody who is gone is ended.
    await delay(AGAIN, undefined, { signal: watch.signal }).catch(() => undefined);
    if (watch.signal.aborted) {
      await endOnServer(server, `${PATH}/${view.id}`);
      throw new Refusal('backtest-cancelled', 'The back-test was cancelled; nothing has changed.');
    }
    view = (await askServer(server, `${PATH}/${view.id}`)) as BacktestView;
  }
  if (view.report === undefined) throw new Refusal(view.code ?? 'backtest-failed', view.detail ?? 'The server says no more.');
  return view.report;
}

function filesOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(RULE_FILE_ENDING));
  return Object.fromEntries(files.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(directory, name), 'utf8')]));
}
