import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { LEVELS, type Level } from '../../model/level.ts';
import { loadMapping, type Mapping } from '../replay/mapping.ts';
import { replay, type ReplayOptions, type ReplaySummary } from '../replay/replay.ts';
import { ROOT } from './server-process.ts';

/** Where the real recordings stand, none of which belongs to this repository. */
const RECORDINGS = process.env['MAIBO_RECORDINGS'] ?? join(ROOT, '../shared/data');

export function recordingFile(name: string): string {
  return join(RECORDINGS, name);
}

/** Empty when all are there; else the end of a sentence for the name of the test that is skipped. */
export function absentRecordings(names: readonly string[], shows: string): string {
  const absent = names.filter((name) => !existsSync(recordingFile(name)));
  return absent.length === 0 ? '' : `: absent are ${absent.join(', ')}; it would have shown ${shows}`;
}

/** The rows of a CSV, read apart from the way that replays it: what is expected must not come from what is tested. */
export function rowsOf(name: string): Record<string, string>[] {
  const bytes = readFileSync(recordingFile(name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim();
  const [head = '', ...lines] = text.split(/\r?\n/);
  const columns = cellsOf(head);
  return lines.map((line) => Object.fromEntries(cellsOf(line).map((cell, i) => [columns[i] ?? '', cell])));
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^",]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

export interface SeenAlert {
  readonly rule: string;
  readonly subject: { readonly key: string; readonly place: string | null; readonly sensor: string | null };
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly peak: Level;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
}

export interface SeenSensor {
  readonly id: string;
  readonly lastSeen: string | null;
}

export interface RecordedRun {
  /** Publishes a recording over MQTT as `maibo replay` does, and holds that every message was acknowledged. */
  play(file: string, map: string | Mapping, range?: Pick<ReplayOptions, 'from' | 'to'>): Promise<ReplaySummary>;
  /** Alerts that have fired, oldest first; what was only held and went away again is left out. */
  fired(rule: string): Promise<FiredAlert[]>;
  /** A whole list of the API, page by page. */
  list<T>(path: string): Promise<T[]>;
  /** How many orders there are; throws unless each of them is a drill. */
  drills(): Promise<number>;
  stop(): Promise<number | null>;
}

export interface FiredAlert extends SeenAlert {
  readonly from: number;
  /** Infinity while it is firing. */
  readonly to: number;
}

export function atLeast(alert: SeenAlert, level: Level): boolean {
  return LEVELS.indexOf(alert.peak) >= LEVELS.indexOf(level);
}

export function mappingOf(name: string): Mapping {
  return loadMapping(join(ROOT, 'fixtures/recordings', `${name}.map.json`));
}

/** A real `maibo serve --clock events` in a process of its own, with fresh data, the sample city (or another) and the real rules. */
export async function startRecordedRun(city = join(ROOT, 'fixtures/xuhui')): Promise<RecordedRun> {
  const data = mkdtempSync(join(tmpdir(), 'maibo-recorded-'));
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js'), 'serve', '--clock', 'events', '--json'], {
    cwd: data,
    env: { ...process.env, ...environment(data, city) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const code = await exited;
    rmSync(data, { recursive: true, force: true });
    return code;
  };
  const first = await Promise.race([firstLine(child.stdout), exited]);
  if (typeof first !== 'string') throw new Error(`the server ended with ${String(first)} before it said where it listens; is dist built?`);
  const { http, mqtt, clock } = JSON.parse(first) as { http: string; mqtt: string; clock: string };
  if (clock !== 'events') throw new Error(`the server says clock ${clock}`);
  return { ...client(http, mqtt), stop };
}

function environment(data: string, city: string): Record<string, string> {
  return {
    MAIBO_DATA_DIR: join(data, 'data'),
    MAIBO_HISTORY: 'none',
    MAIBO_CITY_DIR: city,
    MAIBO_RULES_DIR: join(ROOT, 'rules'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
    MAIBO_LOG_LEVEL: 'warn',
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const [line] = (await once(createInterface({ input: stream }), 'line')) as [string];
  return line;
}

function client(http: string, url: string): Omit<RecordedRun, 'stop'> {
  const list = async <T>(path: string): Promise<T[]> => {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `${path.includes('?') ? '&' : '?'}limit=500${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const response = await fetch(`${http}/api/v1/${path}${query}`);
      const page = (await response.json()) as { clock?: string; items: T[]; next: string | null };
      if (!response.ok || page.clock !== 'events') throw new Error(`${path} answers ${response.status}, clock ${String(page.clock)}`);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return items;
  };
  return {
    list,
    play: async (file, map, range = {}) => {
      const mapping = typeof map === 'string' ? mappingOf(map) : map;
      const summary = await replay({ file, mapping, url, speed: 'max', ...range });
      if (summary.acknowledged !== summary.messages) throw new Error(`${summary.messages - summary.acknowledged} messages without PUBACK`);
      return summary;
    },
    fired: async (rule) => {
      const alerts = await list<SeenAlert>(`alerts?rule=${rule}`);
      return alerts.flatMap((alert) => (alert.firedAt === null ? [] : [fired(alert, alert.firedAt)])).sort((a, b) => a.from - b.from);
    },
    drills: async () => {
      const orders = await list<{ id: string; drill: boolean }>('orders');
      for (const { id, drill } of orders) if (!drill) throw new Error(`order ${id} is no drill`);
      return orders.length;
    },
  };
}

function fired(alert: SeenAlert, firedAt: string): FiredAlert {
  return { ...alert, from: Date.parse(firedAt), to: alert.resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(alert.resolvedAt) };
}
