import { loadMapping } from '../app/replay/mapping.ts';
import type { Mapping } from '../app/replay/mapping.ts';
import { readDayOrTime } from '../app/replay/read-time.ts';
import { replay } from '../app/replay/replay.ts';
import type { ReplayProgress, ReplaySummary } from '../app/replay/replay.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Millis } from '../model/time.ts';
import { readFlags, usage } from './flags.ts';
import type { CommandSpec, Flags } from './flags.ts';
import { say, warn } from './io.ts';
import type { Io } from './io.ts';
import { replaySummaryLines } from './replay-summary.ts';
import { createProgressBar } from './terminal.ts';

const SPEC: CommandSpec = {
  usage: 'replay FILE --map MAPPING [--speed X|max] [--url mqtt://HOST:PORT] [--from TIME] [--to TIME] [--limit N] [--json]',
  about: {
    zh: '把 CSV 或 NDJSON 记录（可为 .gz）按映射文件经 MQTT 发布，每条消息都等到确认。旧数据请配合 maibo serve --clock events。',
    en: 'Publishes a CSV or NDJSON recording (.gz too) over MQTT as its mapping says; every message is acknowledged. Old data: maibo serve --clock events.',
  },
  flags: {
    map: { value: 'MAPPING', about: { zh: '映射文件，见 fixtures/recordings', en: 'mapping file, see fixtures/recordings' } },
    speed: { value: 'X|max', about: { zh: '实际时间的倍数；默认 max', en: 'times real time; default max' } },
    url: { value: 'URL', about: { zh: '默认取自配置：mqtt://127.0.0.1:1883', en: 'default as configured: mqtt://127.0.0.1:1883' } },
    from: { value: 'TIME', about: { zh: '自此时起，如 2013-09-13 或 2013-09-13T15:00:00+08:00', en: 'from this time, a day or RFC 3339' } },
    to: { value: 'TIME', about: { zh: '到此时为止（不含）', en: 'up to, not including, this time' } },
    limit: { value: 'N', about: { zh: '最多 N 条读数', en: 'at most N readings' } },
  },
  operands: { least: 1, most: 1 },
};

export async function runReplay(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const map = flags.text('map');
  if (map === undefined) throw usage('--map is missing: it names the file that says what the columns mean', SPEC);
  const mapping = loadMapping(map);
  const bar = createProgressBar({ stream: io.errors, watched: io.watched });
  const started = performance.now();
  const summary = await replay({
    file: flags.operands[0] as string,
    mapping,
    url: flags.text('url') ?? urlOf(flags, io),
    speed: readSpeed(flags),
    ...readRange(flags, mapping),
    signal: io.signal,
    progress: (progress) => bar.update(progress.fraction, () => label(progress, performance.now() - started)),
  }).finally(bar.clear);
  report(summary, flags.on('json'), io);
  return summary.readings > 0 && summary.ended !== 'interrupted' ? 0 : 1;
}

function report(summary: ReplaySummary, json: boolean, io: Io): void {
  if (json) say(io, JSON.stringify(summary));
  else for (const line of replaySummaryLines(summary)) say(io, line);
  if (summary.outOfOrder > 0)
    warn(io, `maibo: ${summary.outOfOrder} 条读数早于前一条 / readings are older than one before them; the rules may refuse them as late.`);
  if (summary.readings === 0) warn(io, 'maibo: 没有任何读数被发布 / no reading was published.');
}

/** Where the server of this configuration listens. */
function urlOf(flags: Flags, io: Io): string {
  const file = flags.text('config');
  const { mqtt } = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  return mqtt.url ?? `mqtt://${mqtt.host}:${mqtt.port}`;
}

function readSpeed(flags: Flags): number | 'max' {
  const text = flags.text('speed') ?? 'max';
  if (text === 'max') return 'max';
  const speed = Number(text);
  if (!Number.isFinite(speed) || speed <= 0) throw usage(`--speed takes "max" or a number above 0, not "${text}"`, SPEC);
  return speed;
}

function readRange(flags: Flags, mapping: Mapping): { from?: Millis; to?: Millis; limit?: number } {
  const range: { from?: Millis; to?: Millis; limit?: number } = {};
  for (const name of ['from', 'to'] as const) {
    const text = flags.text(name);
    if (text !== undefined) range[name] = readMoment(text, name, mapping);
  }
  const limit = flags.text('limit');
  if (limit !== undefined) {
    if (!/^[1-9]\d{0,14}$/.test(limit)) throw usage(`--limit takes a whole number above 0, not "${limit}"`, SPEC);
    range.limit = Number(limit);
  }
  return range;
}

/** A bare day begins at midnight in the zone of the recording. */
function readMoment(text: string, name: string, mapping: Mapping): Millis {
  const at = readDayOrTime(text, mapping.time);
  if (at === null)
    throw usage(`--${name} takes a day (2013-09-13) or a time with an offset (2013-09-13T15:00:00+08:00), not "${text}"`, SPEC);
  return at;
}

function label(progress: ReplayProgress, elapsed: number): string {
  const rate = Math.round(progress.readings / Math.max(0.001, elapsed / 1_000));
  const at = progress.at === null ? '' : `  ${new Date(progress.at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
  return `${progress.rows} 行 rows${at}  ${rate}/s`;
}
