import { exportHistory, importHistory, vacuumHistory, type ArchiveProgress, type Kept } from '../app/history/archive.ts';
import { readDayOrTime } from '../app/replay/read-time.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Millis } from '../model/time.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { createProgressBar } from './terminal.ts';

const SPEC: CommandSpec = {
  usage: 'history export DIR [--from TIME] [--to TIME] | import DIR|FILE… | vacuum [--data DIR] [--json]',
  about: {
    zh: '服务停止时，对内嵌历史库：export 将读数按接收日（UTC）导出为 Parquet，每日一个文件，DIR 须为空；import 导入此类文件，已有的不重复；vacuum 将空闲空间还给磁盘。服务运行时拒绝（history-locked）',
    en: 'For the embedded history, while the server is stopped. export: readings as Parquet, a file a day of arrival (UTC), into an empty DIR; import: takes such files in, what is there already not again; vacuum: gives free space back to the disk. Refused while a server runs (history-locked)',
  },
  flags: {
    data: { value: 'DIR', about: { zh: '数据目录，默认按配置', en: 'data directory; default as configured' } },
    from: {
      value: 'TIME',
      about: {
        zh: 'export：自此时接收起，如 2026-06-01（UTC）或 2026-06-01T15:00:00+08:00',
        en: 'export: received from this time on, a day (UTC) or RFC 3339',
      },
    },
    to: { value: 'TIME', about: { zh: 'export：至此时止（不含）', en: 'export: received before this time' } },
  },
  operands: { least: 1, most: 10_000 },
};

/** @returns 1 where it was broken off */
export async function runHistoryArchive(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, ...paths] = flags.operands;
  const bar = createProgressBar({ stream: io.errors, watched: io.watched });
  const watch: Watched = { progress: (fraction, file) => bar.update(fraction, () => file), clear: bar.clear };
  if (action === 'export') return await exportTo(paths, flags, io, watch);
  if (action === 'import') return await importFrom(paths, flags, io, watch);
  if (paths.length > 0) throw usage(`"${paths[0] ?? ''}" is one argument too many`, SPEC);
  return await vacuum(flags, io);
}

interface Watched {
  readonly progress: ArchiveProgress;
  readonly clear: () => void;
}

async function exportTo(paths: readonly string[], flags: Flags, io: Io, { progress, clear }: Watched): Promise<number> {
  const [into, more] = paths;
  if (into === undefined || more !== undefined) throw usage('export takes one directory', SPEC);
  const span = { from: timeOf('from', flags) ?? 0, to: timeOf('to', flags) ?? Number.MAX_SAFE_INTEGER };
  const outcome = await exportHistory(keptOf(flags, io), { ...span, into }, { progress, signal: io.signal }).finally(clear);
  const { files, readings } = outcome;
  if (flags.on('json')) say(io, JSON.stringify({ directory: into, ...outcome }));
  else say(io, `已导出 exported  ${readings} 条读数 readings · ${files} 个文件 files · ${into}`);
  return io.signal.aborted ? 1 : 0;
}

async function importFrom(paths: readonly string[], flags: Flags, io: Io, { progress, clear }: Watched): Promise<number> {
  if (paths.length === 0) throw usage('import takes a directory, or files', SPEC);
  const sum = await importHistory(keptOf(flags, io), paths, { progress, signal: io.signal }).finally(clear);
  const { files, taken, passed } = sum;
  if (flags.on('json')) say(io, JSON.stringify(sum));
  else {
    say(io, `已导入 imported  ${taken} 条读数 readings · ${files} 个文件 files`);
    if (passed > 0) say(io, `    所属日期已汇总，不再导入 of days that were summed up, not taken again: ${passed}`);
  }
  return io.signal.aborted ? 1 : 0;
}

async function vacuum(flags: Flags, io: Io): Promise<number> {
  const sizes = await vacuumHistory(keptOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(sizes));
  else say(io, `已整理 vacuumed  ${megabytes(sizes.before)} → ${megabytes(sizes.after)} MB`);
  return 0;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function keptOf(flags: Flags, io: Io): Kept {
  const file = flags.text('config');
  const { dataDir, history } = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  return { dataDir: flags.text('data') ?? dataDir, history };
}

function timeOf(name: 'from' | 'to', flags: Flags): Millis | null {
  const text = flags.text(name);
  if (text === undefined) return null;
  const at = readDayOrTime(text, { column: '', format: 'local', zone: '+00:00' });
  if (at === null) throw usage(`--${name} takes a day (2026-06-01) or a time with an offset, not "${text}"`, SPEC);
  return at;
}
