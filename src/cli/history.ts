import { fetchHistory, type HistoryRow } from '../app/history/history-client.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'history status [--url http://HOST:PORT] [--json]',
  about: {
    zh: '历史库：存在何处、跟到哪里、有无被拒',
    en: 'Where history is kept, how far it is, and what was refused',
  },
  flags: SERVER_FLAGS,
  operands: { least: 1, most: 1 },
};

const STATES: Readonly<Record<HistoryRow['state'], string>> = {
  off: '– 未启用 off',
  following: '✓ 正常 following',
  waiting: '! 等待 waiting',
  stopped: '✗ 停住，须人处理 stopped, a person is needed',
};

/** @returns 1 where somebody must look */
export async function runHistory(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action] = flags.operands;
  if (action !== 'status') throw usage(`"${action ?? ''}" is not status`, SPEC);
  const row = await fetchHistory(serverOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(row));
  else for (const line of linesOf(row)) say(io, line);
  return row.state === 'stopped' || (row.quarantined ?? 0) > 0 || (row.lost ?? 0) > 0 ? 1 : 0;
}

function linesOf({ state, store, since, reason, behind = 0, points = 0, quarantined = 0, lost = 0 }: HistoryRow): string[] {
  if (state === 'off') return [STATES.off];
  const why = reason === null || reason === undefined ? '' : `  ${reason}`;
  const lines = [
    `${STATES[state]}  ${store ?? ''}  自 since ${since ?? ''}${why}`,
    `    待写日志条目 entries behind ${behind} · 本次启动已写 points written ${points}`,
  ];
  if (quarantined > 0) lines.push(`    被拒而隔离 refused for good ${quarantined}: history-refused.ndjson`);
  if (lost > 0) lines.push(`    未写即丢 entries lost before they were stored ${lost}`);
  return lines;
}
