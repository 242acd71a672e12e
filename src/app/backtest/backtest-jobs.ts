import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import type { BacktestPorts, BacktestRequest, BacktestStart, BacktestView, RuleFiles } from '../../api/backtest-ports.ts';
import { Refusal, type Problem } from '../../model/problem.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Definition } from '../definition.ts';
import type { BacktestUnderWay, Historian } from '../history/historian.ts';
import { checkRules } from '../load-definition.ts';

interface Running {
  view: BacktestView;
  readonly under: BacktestUnderWay;
}

/**
 * Back-tests that somebody asks the server for. They run in the process that keeps history, behind whatever alarms.
 *
 * B1 One at a time; the answer of the last one is kept until the next begins.
 * B2 Rules that are only tested are never put in force, and leave no file behind.
 */
export class BacktestJobs {
  private readonly historian: Historian | null;
  private readonly inForce: () => Definition | null;
  private last: Running | null = null;
  private checking = false;

  constructor(historian: Historian | null, inForce: () => Definition | null) {
    this.historian = historian;
    this.inForce = inForce;
  }

  async startBacktest(request: BacktestRequest): Promise<BacktestStart> {
    const { historian } = this;
    const definition = this.inForce();
    if (historian === null || definition === null)
      throw new Refusal('history-unavailable', 'No history is kept here; see "history" in maibo.json.');
    if (this.checking || this.last?.view.state === 'running') return { kind: 'busy' };
    this.checking = true;
    try {
      return await this.start(request, historian, definition);
    } finally {
      this.checking = false;
    }
  }

  backtest(id: string): BacktestView | null {
    return this.last?.view.id === id ? this.last.view : null;
  }

  cancelBacktest(id: string): boolean {
    if (this.last?.view.id !== id) return false;
    this.last.under.cancel();
    return true;
  }

  private async start(request: BacktestRequest, historian: Historian, { city, rules, settings }: Definition): Promise<BacktestStart> {
    const { against, handledAfter, only, span, warm } = request;
    const after = request.rules === null ? rules.rules : await checked(request.rules, city);
    const before = against === 'recorded' ? null : against === 'current' ? rules.rules : await checked(against, city);
    for (const side of [after, before]) if (side !== null && 'problems' in side) return { kind: 'refused', problems: side.problems };
    const sets = { after: after as readonly Rule[], before: before as readonly Rule[] | null };
    const view: BacktestView = { id: randomUUID(), state: 'running', readings: 0, fraction: 0 };
    const question = { span, ...sets, only, warm, answering: { handledAfter }, city, settings };
    const under = historian.backtest(question, ({ fraction, readings }) => {
      if (running.view.state === 'running') running.view = { ...running.view, fraction, readings };
    });
    const running: Running = { view, under };
    this.last = running;
    void this.follow(running);
    return { kind: 'started', backtest: view };
  }

  private async follow(running: Running): Promise<void> {
    const { id } = running.view;
    try {
      const report = await running.under.done;
      running.view = { id, state: 'done', readings: report.readings, fraction: 1, report };
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'backtest-failed';
      const detail = error instanceof Error ? error.message : String(error);
      running.view = { ...running.view, state: 'failed', code, detail };
    }
  }
}

export function backtestPorts(jobs: BacktestJobs): BacktestPorts {
  return {
    startBacktest: (request) => jobs.startBacktest(request),
    backtest: (id) => jobs.backtest(id),
    cancelBacktest: (id) => jobs.cancelBacktest(id),
  };
}

/** Files that came over the network are checked as those of a folder are, in one of their own. */
async function checked(files: RuleFiles, city: City): Promise<readonly Rule[] | { readonly problems: readonly Problem[] }> {
  const outside = Object.keys(files).filter((name) => isOutside(name));
  if (outside.length > 0)
    return {
      problems: outside.map((file) => ({
        code: 'rule-file-name',
        file,
        pointer: '',
        message: 'Give the path of a file below the rules folder.',
      })),
    };
  const directory = await mkdtemp(join(tmpdir(), 'maibo-backtest-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const { problems, rules } = await checkRules(directory, city);
    return problems.length > 0 ? { problems } : rules.rules;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function isOutside(name: string): boolean {
  return !name.endsWith('.json') || name.includes('\u0000') || normalize(name).split(sep).includes('..') || normalize(name).startsWith(sep);
}
