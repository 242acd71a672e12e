import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type App } from '../app/app.ts';
import { loadConfig } from '../config/load-config.ts';
import { isoTime } from '../model/time.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { runCommand } from './commands.ts';
import { reportError } from './report-error.ts';
import { runSilences } from './silences.ts';
import { heardIo } from './test-rig.ts';

/* A whole server, and what a duty officer does with it from the command line. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const ROLES = { duty: 'operator', wall: 'viewer' } as const;
let directory: string;
let app: App;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-deeds-'));
  const file = join(directory, 'maibo.json');
  const tokens = Object.entries(ROLES).map(([name, role]) => ({
    name,
    role,
    hash: createHash('sha256').update(`token-of-${name}`).digest('hex'),
  }));
  writeFileSync(file, JSON.stringify({ tokens }));
  const env = { MAIBO_DATA_DIR: join(directory, 'data'), MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' };
  const city = { MAIBO_RULES_DIR: join(ROOT, 'rules'), MAIBO_CITY_DIR: join(ROOT, 'fixtures/xuhui') };
  app = await startApp({
    config: loadConfig({ file, cwd: ROOT, env: { ...env, ...city } }),
    clock: 'wall',
    version: '0.0.0',
    emit: () => undefined,
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
  });
});
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Heard {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function maibo(line: string, token: keyof typeof ROLES = 'duty'): Promise<Heard> {
  const { io, heard } = heardIo();
  const args = [...line.split(' '), '--url', app.http, '--token', `token-of-${token}`];
  const code = await runCommand(args, io).catch((error: unknown) => reportError(error, io, false));
  return { code, ...heard };
}

const asJson = async (line: string): Promise<Record<string, unknown>> =>
  JSON.parse((await maibo(`${line} --json`)).out) as Record<string, unknown>;

/** Two smoke alarms at one place. @returns the order */
async function burn(): Promise<string> {
  const readings = ['smoke-iapm-01', 'smoke-iapm-02'].map((sensor) => ({ sensor, values: { smoke: 1 } }));
  const headers = { authorization: 'Bearer token-of-duty', 'content-type': 'application/json' };
  const answer = await fetch(`${app.http}/api/v1/readings?gateway=gw`, { method: 'POST', headers, body: JSON.stringify(readings) });
  expect(answer.status).toBe(200);
  return [...app.core.orders.open()].find(({ drill }) => !drill)?.id ?? 'none';
}

describe('an order by the command line', { timeout: 30_000 }, () => {
  it('what a party says cannot speak to the terminal', async () => {
    const order = await burn();
    const headers = { authorization: 'Bearer token-of-duty', 'content-type': 'application/json' };
    const said = { party: 'police', state: 'accepted', by: 'Wang\u001b[2J', note: 'one\n2026-01-01 order.closed\u009b31m\u202e' };
    const answer = await fetch(`${app.http}/api/v1/orders/${order}/receipts`, { method: 'POST', headers, body: JSON.stringify(said) });
    expect(answer.status).toBe(201);
    const shown = await maibo(`orders show ${order}`);
    const { io, heard: listed } = heardIo();
    await runCommand(['audit', 'list', '--order', order, '--data', join(directory, 'data')], io);
    for (const { out } of [shown, listed]) {
      expect(out).toContain('Wang');
      expect(out).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
      expect(out).not.toMatch(/^2026-01-01/m);
    }
    expect((await maibo(`orders cancel ${order} --by Li\u001b[2J --reason x`)).err).toContain('hold no control characters');
  });

  it('is answered for by telephone, reassigned, returned, verified; each says who and why', async () => {
    const order = await burn();
    expect(await maibo(`orders receipt ${order} fire accepted --by Wang --reason phoned`)).toMatchObject({ code: 0, err: '' });
    const moved = await maibo(`orders reassign ${order} police gas --by Li --reason leak`);
    expect(moved).toEqual({ code: 0, err: '', out: `已办 done  reassign  ${order}\n` });
    const parties = app.core.orders.get(order)?.assignments ?? [];
    for (const { party, state } of parties)
      if (state !== 'withdrawn') expect((await maibo(`orders receipt ${order} ${party} resolved --by Li`)).code, party).toBe(0);
    expect((await maibo(`orders return ${order} --by Li --reason smoke`)).code).toBe(0);
    expect(app.core.orders.get(order)?.state).toBe('open');
    for (const { party, state } of app.core.orders.get(order)?.assignments ?? [])
      if (state === 'dispatched') expect((await maibo(`orders receipt ${order} ${party} resolved --by Li`)).code, party).toBe(0);
    expect(await asJson(`orders verify ${order} --by Li`)).toMatchObject({ result: 'done', order });
    const { out } = await maibo(`orders show ${order}`);
    for (const line of [
      '→ accepted (Wang) “phoned”',
      '(Li (duty)) “police → gas: leak”',
      'order.returned (Li (duty)) “smoke”',
      'order.verified',
    ])
      expect(out).toContain(line);
  });

  it('what the order does not allow is found wrong, and says what it allows; so is what the token may not do', async () => {
    const refused = await maibo('orders cancel wo_none --by Li --reason none');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/^maibo: api-order-unknown: 没有此工单 There is no such order/);
    const viewer = await maibo('orders cancel wo_none --by Li --reason none', 'wall');
    expect(viewer.code).toBe(1);
    expect(viewer.err).toMatch(/^maibo: api-forbidden: 令牌权限不足 .*needs the role operator/);
  });

  it.each([
    ['orders cancel wo_1 --by Li', '--reason is missing'],
    ['orders verify --by Li', '"verify" takes ID'],
    ['orders reassign wo_1 fire --by Li --reason x', '"reassign" takes ID FROM TO'],
    ['orders receipt wo_1 fire gone --by Li', '"gone" is not one of accepted, on-site, resolved, declined'],
    ['orders verify wo_1', 'Say who you are with --by'],
    ['orders burn wo_1', '"burn" is not one of list, show, stats, verify, return, cancel, reassign, receipt'],
    ['orders show wo_1 wo_2', '"wo_2" is one argument too many'],
    ['silences add --kind fire --for 2h --by Li', '--reason is missing'],
    ['silences add --for 2h --by Li --reason x', 'Say which alerts are meant'],
    ['silences add --kind fire --by Li --reason x', 'Give one of --for and --until'],
    ['silences add --kind fire --for soon --by Li --reason x', '--for takes a duration'],
    ['silences end --by Li', 'The id of the silence is missing'],
    ['silences list si_1', '"si_1" is one argument too many'],
    ['silences burn', '"burn" is not one of list, add, end'],
    ['drills start --rule r --place p --level pink --by Li --reason x', '--level takes one of blue, yellow, orange, red'],
    ['drills start --rule r --place p --level red --for 90s --by Li --reason x', '--for takes whole minutes'],
    ['drills stop --by Li', 'The id of the exercise is missing'],
    ['drills burn', '"burn" is not one of list, start, stop'],
  ])('%s is a fault of usage', async (line, sentence) => {
    const { code, err } = await maibo(line);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('a silence by the command line', () => {
  it('is added, listed and ended; it lasts as long as it was told', async () => {
    const now = Date.now();
    const { io, heard } = heardIo();
    const where = ['--url', app.http, '--token', 'token-of-duty', '--by', 'Li', '--reason', 'works'];
    expect(
      await runSilences(['add', '--kind', 'noise', '--place', 'iapm', '--for', '1h30m', '--maintenance', ...where], io, () => now),
    ).toBe(0);
    const id = heard.out.split(' ')[0] ?? '';
    expect(heard.out).toContain(`检修 maintenance`);
    expect(heard.out).toContain(`→ ${isoTime(now + 5_400_000)}  place=iapm kind=noise  “works” (Li (duty))`);
    expect((await maibo('silences list', 'wall')).out).toContain(id);
    expect(await maibo(`silences end ${id} --by Li`)).toEqual({ code: 0, err: '', out: `已结束 ended  ${id}\n` });
    const again = await maibo(`silences end ${id} --by Li`);
    expect(again.code).toBe(1);
    expect(again.err).toContain('api-silence-unknown');
    expect((await maibo('silences list --json')).out).toBe('[]\n');
  });

  it('where life depends on it what the server refuses is told', async () => {
    const { code, err } = await maibo('silences add --kind fire --for 5h --life-safety --by Li --reason works');
    expect(code).toBe(1);
    expect(err).toContain('Where life depends on it a silence lasts 4 hours at most.');
  });
});

describe('an exercise by the command line', () => {
  it('is started, listed and stopped, and its order is a drill', async () => {
    const start = '--rule smoke-alarm-confirmed --place iapm --level red --for 30m --by Li --reason autumn';
    const { id, until } = await asJson(`drills start ${start}`);
    expect(Date.parse(String(until))).toBeGreaterThan(Date.now());
    const listed = await maibo('drills list', 'wall');
    expect(listed.out).toContain(
      `${String(id)}  演练 exercise  red  smoke-alarm-confirmed @ iapm  → ${String(until)}  “autumn” (Li (duty))`,
    );
    expect([...app.core.orders.open()].some(({ drill }) => drill)).toBe(true);
    expect(await maibo(`drills stop ${String(id)} --by Li`)).toEqual({ code: 0, err: '', out: `已结束 ended  ${String(id)}\n` });
    expect((await maibo('drills list')).out).toBe('');
    const nowhere = await maibo(`drills start ${start.replace('iapm', 'moon')}`);
    expect(nowhere.err).toContain('api-drill-impossible');
  });
});
