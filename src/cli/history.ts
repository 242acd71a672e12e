import { fetchHistory, type HistoryRow } from '../app/history/history-client.ts';
import { initHistory } from '../app/history/init-history.ts';
import { loadConfig } from '../config/load-config.ts';
import { formatDuration } from '../model/time.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'history status|init|export|import|vacuum [--url http://HOST:PORT] [--json]',
  about: {
    zh: 'status：历史库存在何处、跟到哪里、有无被拒；init：在 InfluxDB 中建库并设保留期，可重复执行；export、import、vacuum：内嵌历史库的导出、导入与整理，见各自 --help',
    en: 'status: where history is kept, how far it is, what was refused; init: makes the place in InfluxDB and how long it keeps, as often as you like; export, import, vacuum: of the embedded history, see their --help',
  },
  flags: SERVER_FLAGS,
  operands: { least: 1, most: 1 },
};

const ARCHIVE_ACTIONS = ['export', 'import', 'vacuum'];

const STATES: Readonly<Record<HistoryRow['state'], string>> = {
  off: '– 未启用 off',
  following: '✓ 正常 following',
  waiting: '! 等待 waiting',
  stopped: '✗ 停住，须人处理 stopped, a person is needed',
};

/** @returns 1 where somebody must look */
export async function runHistory(args: readonly string[], io: Io): Promise<number> {
  if (ARCHIVE_ACTIONS.includes(args.find((arg) => !arg.startsWith('-')) ?? ''))
    return (await import('./history-archive.ts')).runHistoryArchive(args, io);
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action] = flags.operands;
  if (action === 'init') return init(flags, io);
  if (action !== 'status') throw usage(`"${action ?? ''}" is not one of status, init, ${ARCHIVE_ACTIONS.join(', ')}`, SPEC);
  const row = await fetchHistory(serverOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(row));
  else for (const line of linesOf(row)) say(io, line);
  return row.state === 'stopped' || (row.quarantined ?? 0) > 0 || (row.lost ?? 0) > 0 ? 1 : 0;
}

const DONE = { made: '✓ 已建 made', changed: '✓ 已改 changed', found: '– 已有 there already' } as const;

async function init(flags: Flags, io: Io): Promise<number> {
  const file = flags.text('config');
  const steps = await initHistory(loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) }));
  if (flags.on('json')) say(io, JSON.stringify(steps));
  else if (steps.length === 0) say(io, '历史库不在 InfluxDB 中，无须准备 / history is not kept in InfluxDB: nothing to prepare');
  else
    for (const { kind, what, name, keep } of steps)
      say(io, `${DONE[kind]}  ${what} ${name}  保留 keeps ${keep === null ? '永久 for ever' : formatDuration(keep)}`);
  return 0;
}

function linesOf(row: HistoryRow): string[] {
  const { state, store, since, reason, behind = 0, points = 0, quarantined = 0, lost = 0, baselines, baselineFailures = 0 } = row;
  if (state === 'off') return [STATES.off];
  const why = reason === null || reason === undefined ? '' : `  ${reason}`;
  const lines = [
    `${STATES[state]}  ${store ?? ''}  自 since ${since ?? ''}${why}`,
    `    待写日志条目 entries behind ${behind} · 本次启动已写 points written ${points}`,
  ];
  if (quarantined > 0) lines.push(`    被拒而隔离 refused for good ${quarantined}: history-refused.ndjson`);
  if (lost > 0) lines.push(`    未写即丢 entries lost before they were stored ${lost}`);
  if (baselines !== null && baselines !== undefined) {
    const { computedAt, keys, slots, version } = baselines;
    lines.push(`    取自历史的基线 baselines from history ${version.slice(0, 12)} ${computedAt} · 对象 keys ${keys} · 时段 slots ${slots}`);
  }
  if (baselineFailures > 0) lines.push(`    基线未能取得 baselines could not be had ${baselineFailures}`);
  return lines;
}
