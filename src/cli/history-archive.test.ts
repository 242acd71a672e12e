import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '../history/embedded/open-embedded-store.ts';
import { DAY, reading, T0 } from '../history/test-points.ts';
import { pointsOf } from '../history/test-reading-blocks.ts';
import type { ReadingPoint } from '../model/history-point.ts';
import { runCommand } from './commands.ts';
import { reportError } from './report-error.ts';
import { heardIo } from './test-rig.ts';

const EVER = { from: 0, to: T0 + 1_000 * DAY };
const WRITTEN = [0, 0.5, 1, 3].map((days, order) => reading({ at: T0 + days * DAY, sensor: `s${days}`, order }));

let root: string;
let data: string;
let into: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'maibo-archive-'));
  [data, into] = [join(root, 'data'), join(root, 'out')];
  const store = await openEmbeddedStore({ directory: data });
  await store.write(WRITTEN, { offset: 1, audit: 1 });
  await store.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function maibo(...args: readonly string[]): Promise<Said> {
  return maiboWith({}, ...args);
}

async function maiboWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> {
  const { io, heard } = heardIo();
  const run = runCommand(['history', ...args], { ...io, env: { MAIBO_DATA_DIR: data, ...env } });
  const code = await run.catch((error: unknown) => reportError(error, io, false));
  return { code, ...heard };
}

async function readingsIn(directory: string): Promise<readonly ReadingPoint[]> {
  const store = await openEmbeddedStore({ directory });
  try {
    return await pointsOf(store.arrivals(EVER, null));
  } finally {
    await store.close();
  }
}

describe('export and import of the history', () => {
  test('a file a day is written, and taken in elsewhere as it was, once', async () => {
    const exported = await maibo('export', into);
    expect(exported).toMatchObject({ code: 0, out: expect.stringContaining('4 条读数 readings · 3 个文件 files') as string });
    expect(readdirSync(into).sort()).toEqual([1, 2, 4].map((day) => `readings-2026-06-0${day}.parquet`));
    const elsewhere = join(root, 'elsewhere');
    expect((await maibo('import', into, '--data', elsewhere)).out).toContain('已导入 imported  4 条读数 readings · 3 个文件 files');
    expect(await readingsIn(elsewhere)).toEqual(WRITTEN);
    expect(JSON.parse((await maibo('import', join(into, 'readings-2026-06-01.parquet'), '--json')).out)).toEqual({
      files: 1,
      taken: 0,
      passed: 0,
    });
  });

  test('only what arrived from --from on, before --to, is exported', async () => {
    const { out } = await maibo('export', into, '--from', '2026-06-01T10:00:00Z', '--to', '2026-06-03', '--json');
    expect(JSON.parse(out)).toEqual({ directory: into, files: 2, readings: 2 });
    expect(readdirSync(into).sort()).toEqual(['readings-2026-06-01.parquet', 'readings-2026-06-02.parquet']);
  });

  test('a directory that is not empty, or cannot be, is refused, and left as it is', async () => {
    mkdirSync(into);
    writeFileSync(join(into, 'letter'), 'dear');
    expect(await maibo('export', into)).toMatchObject({ code: 1, err: expect.stringContaining('history-target 导出目录') as string });
    expect(readdirSync(into)).toEqual(['letter']);
    expect((await maibo('export', join(into, 'letter', 'in'))).err).toContain('history-target');
  });

  test('what is no export is refused', async () => {
    writeFileSync(join(root, 'x.parquet'), 'no parquet');
    expect((await maibo('import', join(root, 'x.parquet'))).err).toContain('history-file');
    expect((await maibo('import', join(root, 'nowhere'))).err).toContain('history-file');
    expect((await maibo('import', data)).err).toContain('There is no *.parquet');
  });

  test('vacuum says how large the file was and is', async () => {
    expect(await maibo('vacuum')).toMatchObject({ code: 0, out: expect.stringMatching(/已整理 vacuumed {2}[\d.]+ → [\d.]+ MB/) as string });
    expect(await readingsIn(data)).toEqual(WRITTEN);
  });

  test('while something has the history open, all three are refused with what to do', async () => {
    // As the process of a server does; DuckDB locks by process, so it must be another one.
    const hold = `import { DuckDBInstance } from '@duckdb/node-api'; globalThis.held = await DuckDBInstance.create(process.argv[1]); console.log('held'); setInterval(() => {}, 1e6)`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', hold, join(data, 'history.duckdb')]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      for (const args of [['export', into], ['import', into], ['vacuum']]) {
        mkdirSync(into, { recursive: true });
        if (args[0] === 'import') writeFileSync(join(into, 'a.parquet'), '');
        const { code, err } = await maibo(...args);
        expect(code).toBe(1);
        expect(err).toMatch(/history-locked 历史数据正被另一进程使用: .*stop the server that keeps it, do this, and start it again\./);
      }
    } finally {
      child.kill('SIGKILL');
    }
    expect(readdirSync(into)).toEqual(['a.parquet']);
  });

  test('where there is no file to work on, that is said', async () => {
    expect((await maibo('export', into, '--data', join(root, 'nothing'))).err).toContain('history-unavailable');
    expect((await maiboWith({ MAIBO_HISTORY: 'none' }, 'vacuum')).err).toContain('history-unavailable');
  });

  test('what is asked for wrongly is told', async () => {
    for (const args of [['export'], ['export', 'a', 'b'], ['import'], ['vacuum', 'x'], ['export', into, '--from', 'soon']])
      expect(await maibo(...args)).toMatchObject({ code: 2 });
    expect((await maibo('export', '--help')).out).toContain('内嵌历史库');
  });
});
