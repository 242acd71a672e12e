import { Writable } from 'node:stream';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestBroker } from '../app/replay/test-broker.ts';
import { displayWidth } from '../app/demo/display-width.ts';
import { COMMANDS, editDistance, runCommand } from './commands.ts';
import { wantsColour } from './io.ts';
import { reportError } from './report-error.ts';
import { heardIo } from './test-rig.ts';
import { createProgressBar, progressLine } from './terminal.ts';

interface Heard {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function maibo(...args: string[]): Promise<Heard> {
  const { io, heard } = heardIo();
  const code = await runCommand(args, io).catch((error: unknown) => reportError(error, io, args.includes('--json')));
  return { code, ...heard };
}

describe('maibo', () => {
  it('lists its commands in both languages; without a command that is a fault of usage', async () => {
    for (const args of [['--help'], ['help'], []]) {
      const { code, out } = await maibo(...args);
      expect(code).toBe(args.length === 0 ? 2 : 0);
      for (const command of COMMANDS) for (const text of [command.name, command.about.zh, command.about.en]) expect(out).toContain(text);
    }
  });

  it('suggests the nearest command for one that it does not know', async () => {
    const { code, err } = await maibo('replya');
    expect(code).toBe(2);
    expect(err).toContain('Did you mean "replay"?');
    expect((await maibo('photosynthesis')).err).not.toContain('Did you mean');
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  it('loads every command that it lists', async () => {
    for (const command of COMMANDS) expect(await command.load()).toBeTypeOf('function');
  });

  it.each([
    [['replay'], 'An argument is missing'],
    [['replay', 'a.csv'], '--map is missing'],
    [['replay', 'a.csv', 'b.csv', '--map', 'm'], '"b.csv" is one argument too many'],
    [['replay', 'a.csv', '--mop', 'm'], "Unknown option '--mop'"],
  ])('%j is a fault of usage, in one sentence with the usage', async (args, sentence) => {
    const { code, err } = await maibo(...args);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(err).toContain('Usage: maibo replay FILE');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('explains each command with --help', async () => {
    const { code, out } = await maibo('replay', '--help');
    expect(code).toBe(0);
    for (const flag of ['--map', '--speed', '--config', '--json']) expect(out).toContain(flag);
  });
});

describe('what went wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maibo-wrong-'));

  it('each fault of a configuration is printed once, after how many there are', async () => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, JSON.stringify({ htpp: {}, log: 1 }));
    const { code, err } = await maibo('config', 'check', '--config', file);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      'maibo: config-invalid 配置有误: The configuration has 2 faults.',
      expect.stringContaining(`${file}:/htpp `),
      expect.stringContaining(`${file}:/log `),
    ]);
  });

  it('a configuration that is not there is named', async () => {
    const file = join(folder, 'absent.json');
    const { code, err } = await maibo('config', 'check', '--config', file);
    expect(code).toBe(1);
    expect(err).toMatch(/^maibo: config-unreadable 配置文件无法读取: [^\n]+\n$/);
    expect(err).toContain(file);
  });

  it('a server that is not there, and one that is not ours', async () => {
    const other = createServer((_request, reply) => void reply.end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const foreign = await maibo('orders', 'list', '--url', url);
    await new Promise((resolve) => other.close(resolve));
    const absent = await maibo('orders', 'list', '--url', url);
    for (const { code, err } of [foreign, absent]) {
      expect(code).toBe(1);
      expect(err).toMatch(/^maibo: server-unreachable 连不上服务: [^\n]+\n$/);
      expect(err).toContain(url);
    }
  });
});

describe('maibo replay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maibo-'));
  const recording = join(folder, 'a.csv');
  const mapping = join(folder, 'a.map.json');
  writeFileSync(recording, 't,v\n2013-09-13T16:00:00+08:00,61.6\n2013-09-13T17:00:00+08:00,NA\n2013-09-14T00:00:00+08:00,1\n');
  writeFileSync(
    mapping,
    JSON.stringify({
      gateway: 'gw',
      time: { column: 't', format: 'iso' },
      sensor: { id: 's' },
      values: [{ measure: 'rain', column: 'v', missing: ['NA'] }],
    }),
  );

  it('publishes and sums up, for people and as JSON', async () => {
    const broker = await startTestBroker();
    const human = await maibo('replay', recording, '--map', mapping, '--url', broker.url);
    expect(human).toMatchObject({ code: 0, err: '' });
    expect(human.out).toMatch(/发布的读数 +readings published +2\n/);
    expect(human.out).toMatch(/没有数值 +not published: no value +1\n/);
    const json = await maibo('replay', recording, '--map', mapping, '--url', broker.url, '--json', '--to', '2013-09-13T16:30:00+08:00');
    expect(JSON.parse(json.out)).toMatchObject({ rows: 3, readings: 1, acknowledged: 1, skipped: { 'no-value': 1, 'outside-range': 1 } });
    expect(broker.messages).toHaveLength(3);
    await broker.close();
  });

  it('finds wrong what publishes nothing', async () => {
    const broker = await startTestBroker();
    const { code, err } = await maibo('replay', recording, '--map', mapping, '--url', broker.url, '--from', '2020-01-01');
    expect(code).toBe(1);
    expect(err).toContain('no reading was published');
    await broker.close();
  });

  it('names each fault of a mapping file with its pointer, as JSON too', async () => {
    const bad = join(folder, 'bad.map.json');
    writeFileSync(bad, JSON.stringify({ gateway: 'a b', time: { column: 't', format: 'iso' }, sensor: { id: 's' }, values: [] }));
    const { code, err } = await maibo('replay', recording, '--map', bad);
    expect(code).toBe(1);
    expect(err).toContain(`${bad}:/gateway must match`);
    expect(err).toContain(`${bad}:/values must NOT have fewer`);
    const json = await maibo('replay', recording, '--map', bad, '--json');
    expect(JSON.parse(json.err)).toMatchObject({
      error: { code: 'mapping-invalid', problems: [{ pointer: '/gateway' }, { pointer: '/values' }] },
    });
  });

  it.each([
    ['--speed', 'fast'],
    ['--speed', '-1'],
    ['--from', 'yesterday'],
    ['--limit', '0'],
  ])('refuses %s %s', async (flag, value) => {
    expect((await maibo('replay', recording, '--map', mapping, `${flag}=${value}`)).code).toBe(2);
  });
});

describe('the terminal', () => {
  it('is coloured only when somebody looks and NO_COLOR is not set', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
  });

  it('shows a progress bar of the right length that never wraps', () => {
    expect(progressLine(0.5, '10 行 rows', 100)).toMatch(/^\[█{12}░{12}\] {2}50 % {2}10 行 rows$/);
    expect(progressLine(2, 'x', 100)).toContain('100 %');
    for (const columns of [40, 60, 80]) expect(displayWidth(progressLine(0.3, '行'.repeat(60), columns))).toBeLessThan(columns);
  });

  it('draws ten times a second at most, and nothing where nobody watches', () => {
    let time = 0;
    let drawn = 0;
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        drawn += 1;
        done();
      },
    });
    const bar = createProgressBar({ stream, watched: true, now: () => time });
    for (time = 0; time < 1_000; time += 1) bar.update(time / 1_000, () => 'x');
    expect(drawn).toBe(10);
    createProgressBar({ stream, watched: false }).update(1, () => 'x');
    expect(drawn).toBe(10);
  });
});
