import type { Problem } from '../model/problem.ts';
import { parseDuration, type Millis } from '../model/time.ts';

/** Where history is kept, and for how long. `null` of a time: for ever. */
export interface HistoryConfig {
  /** `influxdb` where `influx` is set and nothing else is said. */
  readonly store: 'embedded' | 'influxdb' | 'none';
  readonly keep: {
    readonly raw: Millis | null;
    readonly minute: Millis | null;
    readonly hour: Millis | null;
    readonly steps: Millis | null;
    /** The embedded store takes no more of the disk; the oldest raw readings go first. */
    readonly bytes: number | null;
  };
  /** When baselines are looked for in history each day, minutes after local midnight; `null`: never. */
  readonly baselinesAt: number | null;
  /** The log may grow to this while history cannot be stored; then its oldest entries go, and that is told. */
  readonly backlogBytes: number;
}

type RawKeep = string | null;

export interface RawHistory {
  store?: 'embedded' | 'influxdb' | 'none';
  keep?: { raw?: RawKeep; minute?: RawKeep; hour?: RawKeep; steps?: RawKeep; gigabytes?: number | null };
  baselines?: string | null;
  backlogGigabytes?: number;
}

const GIGABYTE = 1_073_741_824;
const DAY: Millis = 86_400_000;

export function historyOf(raw: RawHistory | undefined, influx: boolean): HistoryConfig {
  const { raw: readings, minute, hour, steps, gigabytes } = raw?.keep ?? {};
  return {
    store: raw?.store ?? (influx ? 'influxdb' : 'embedded'),
    keep: {
      raw: timeOf(readings, 90 * DAY),
      minute: timeOf(minute, 400 * DAY),
      hour: timeOf(hour, null),
      steps: timeOf(steps, null),
      bytes: gigabytes === null ? null : Math.round((gigabytes ?? 20) * GIGABYTE),
    },
    baselinesAt: minuteOf(raw?.baselines === undefined ? '03:00' : raw.baselines),
    backlogBytes: Math.round((raw?.backlogGigabytes ?? 4) * GIGABYTE),
  };
}

/** What the schema cannot say. */
export function checkHistory(history: RawHistory | undefined, influx: boolean, file: string): Problem[] {
  if (history?.store !== 'influxdb' || influx) return [];
  const message = 'Say where InfluxDB is: add "influx" with "url" and "bucket", or take "store" out for the embedded one.';
  return [{ code: 'config-schema', file, pointer: '/history/store', message }];
}

/** `HH:MM`, as the schema has it. */
function minuteOf(text: string | null): number | null {
  if (text === null) return null;
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

function timeOf(raw: RawKeep | undefined, standard: Millis | null): Millis | null {
  if (raw === undefined) return standard;
  return raw === null ? null : (parseDuration(raw) ?? standard);
}
