import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendCheckpoint } from '../journal/audit/checkpoint-file.ts';
import { signCheckpoint } from '../journal/audit/checkpoint.ts';
import { openSigningKey } from '../journal/audit/signing-key.ts';
import { AuditRig, deliveryOf, liftGuards, NOW, orderOf } from '../journal/audit/test-rig.ts';
import { runCommand } from './commands.ts';
import { heardIo } from './test-rig.ts';

let rig: AuditRig;
let elsewhere: string;
beforeEach(async () => {
  rig = new AuditRig();
  elsewhere = mkdtempSync(join(tmpdir(), 'maibo-elsewhere-'));
  await rig.open();
  const subject = { key: 'sensor:s', sensor: 's', place: null, street: null };
  const alert = {
    ...({
      kind: 'alert',
      id: 'al_1',
      rule: 'smoke',
      version: 3,
      subject,
      state: 'firing',
      level: 'red',
      peak: 'red',
      latched: true,
    } as const),
    ...{ since: NOW, firedAt: NOW, resolvedAt: null, value: 1, because: { zh: '烟感报警', en: 'smoke' }, incident: 'in_1' },
  };
  const member = {
    id: 'al_1',
    rule: 'smoke',
    version: 3,
    key: 'sensor:s',
    level: 'red',
    since: NOW,
    resolvedAt: null,
    because: alert.because,
  } as const;
  await rig.commit({
    transitions: [{ alert, was: 'pending', at: NOW }],
    orders: [orderOf('wo_1', { alerts: [member] }), orderOf('wo_2')],
    deliveries: [deliveryOf('d1', 'wo_1'), deliveryOf('d2', 'wo_2')],
  });
  const receipt = {
    kind: 'receipt',
    id: 'r',
    order: 'wo_1',
    party: 'fire',
    street: null,
    state: 'accepted',
    by: '张三',
    note: null,
    at: null,
  } as const;
  await rig.commit({
    events: [{ kind: 'reset', alert: 'al_1', by: 'ops', note: null }],
    answers: [{ receipt: { ...receipt, door: 'http' }, outcome: { kind: 'moved', state: 'accepted', order: 'wo_1' } }],
  });
  rig.journal?.recordAttempt(
    { delivery: 'd1', number: 1, at: NOW, took: 1, outcome: { kind: 'accepted', status: 204 } },
    { state: 'accepted', attempts: 1, nextAt: NOW },
  );
  await rig.journal?.flush();
});
afterEach(async () => {
  await rig.end();
  rmSync(elsewhere, { recursive: true, force: true });
});

async function sign(): Promise<void> {
  const head = rig.journal?.auditHead();
  if (head === undefined) throw new Error('the journal is closed');
  await appendCheckpoint(
    rig.directory,
    signCheckpoint(
      head,
      NOW,
      openSigningKey(rig.directory, () => undefined),
    ),
  );
}

async function maibo(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  const { io, heard } = heardIo();
  const code = await runCommand(['audit', ...args, '--data', rig.directory], io);
  return { code, out: heard.out };
}

async function json(...args: string[]): Promise<unknown> {
  return JSON.parse((await maibo('verify', '--json', ...args)).out) as unknown;
}

function harm(sql: string): void {
  rig.withDb((db) => {
    liftGuards(db);
    db.exec(sql);
  });
}

describe('maibo audit verify', () => {
  it('says in both languages that the record is whole, beside the journal that is open, and how far it is vouched for', async () => {
    expect(await maibo('verify')).toMatchObject({ code: 0 });
    expect((await maibo('verify')).out).toContain('没有检查点：末尾若被截去，无从得知 / no checkpoint: nobody could tell');
    await sign();
    await rig.commit({ orders: [orderOf('wo_3')] });
    const { code, out } = await maibo('verify');
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        '完好的记录 10 条，至 2026-06-01T00:00:00.002Z / 10 records are whole, up to 2026-06-01T00:00:00.002Z',
        `  ${rig.journal?.auditHead().hash ?? ''}`,
        '检查点证实至第 9 条；其后 1 条尚未签名 / checkpoints vouch for it up to record 9; the 1 after it are not signed yet',
        '',
      ],
    ]);
  });

  it('exits 1 and names the first broken record and what it looks like', async () => {
    await rig.close();
    harm('UPDATE audit SET line = replace(line, \'"orange"\', \'"blue"\') WHERE seq = 4');
    const { code, out } = await maibo('verify');
    expect([code, out.split('\n')[0]]).toEqual([1, '第 4 条被改动 / record 4 was changed']);
    expect(await json()).toMatchObject({ whole: false, records: 3, damage: { kind: 'changed', seq: 4 }, checkpoints: null });
  });

  it('a cut tail is found by the checkpoint that was kept elsewhere, though those beside it were cut too; and not without', async () => {
    await sign();
    const [kept, key] = [join(elsewhere, 'checkpoints'), join(elsewhere, 'key.pem')];
    copyFileSync(join(rig.directory, 'audit-checkpoints.ndjson'), kept);
    copyFileSync(join(rig.directory, 'audit-public-key.pem'), key);
    await rig.close();
    harm('DELETE FROM audit WHERE seq > 5');
    rmSync(join(rig.directory, 'audit-checkpoints.ndjson'));
    expect((await maibo('verify')).code).toBe(0);
    const { code, out } = await maibo('verify', '--checkpoints', kept, '--public-key', key);
    expect([code, out.split('\n')[0]]).toEqual([
      1,
      '末尾被截去：检查点见过第 9 条，而记录止于第 5 条 / the tail was cut: a checkpoint has seen record 9, and the record ends with 5',
    ]);
  });

  it('a key that was exchanged is found by whoever kept the public one', async () => {
    await sign();
    const key = join(elsewhere, 'key.pem');
    copyFileSync(join(rig.directory, 'audit-public-key.pem'), key);
    for (const file of ['audit-key.pem', 'audit-public-key.pem', 'audit-checkpoints.ndjson']) rmSync(join(rig.directory, file));
    await sign();
    expect((await maibo('verify')).code).toBe(0);
    const { code, out } = await maibo('verify', '--public-key', key);
    expect([code, out.split('\n')[0]]).toEqual([
      1,
      '检查点文件第 1 行由未知密钥签名 / line 1 of the checkpoints was signed by a key that is not among the public keys',
    ]);
  });

  it('a line of the checkpoints that is none is found', async () => {
    await sign();
    appendFileSync(join(rig.directory, 'audit-checkpoints.ndjson'), '{"seq":3}\n');
    expect(await json()).toMatchObject({ whole: false, damage: null, faults: [{ line: 2, fault: 'form' }], checkpoints: 1 });
  });

  it('draws its progress where somebody watches', async () => {
    const { io, heard } = heardIo();
    await runCommand(['audit', 'verify', '--data', rig.directory], { ...io, watched: true });
    expect(heard.err).toContain('条 records');
  });

  it('a directory without a record, a file that is not there, and a key that is none are refused', async () => {
    const code = (error: unknown): unknown => (error as { code?: unknown }).code;
    expect(await runCommand(['audit', 'verify', '--data', elsewhere], heardIo().io).catch(code)).toBe('audit-absent');
    expect(await maibo('verify', '--checkpoints', join(elsewhere, 'none')).catch(code)).toBe('audit-file-unreadable');
    await sign();
    expect(await maibo('verify', '--public-key', join(elsewhere, 'none')).catch(code)).toBe('audit-file-unreadable');
    writeFileSync(join(elsewhere, 'key'), 'rubbish');
    expect(await maibo('verify', '--public-key', join(elsewhere, 'key')).catch(code)).toBe('audit-key-invalid');
    expect(await maibo('sign').catch(code)).toBe('usage');
  });
});

describe('maibo audit list', () => {
  it('tells all of one order, with its alerts, deliveries, receipts and commands, and nothing of another', async () => {
    const { code, out } = await maibo('list', '--order', 'wo_1');
    const at = '2026-06-01T00:00:00.000Z';
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        `${at}  #2  告警 alert  al_1  smoke v3 sensor:s  pending → firing red  烟感报警 / smoke`,
        `${at}  #3  工单 order  wo_1  open  orange  fire lead dispatched  police support dispatched`,
        '    order.dispatched fire → dispatched',
        `${at}  #5  送达任务 deliveries  wo_1  1`,
        '    order.dispatched → fire https://fire.example/in  waiting  d1',
        '2026-06-01T00:00:00.001Z  #7  命令 reset  al_1  alert=al_1  by=ops  note=',
        '2026-06-01T00:00:00.001Z  #8  回执 receipt  wo_1  fire accepted (张三, http) → moved',
        `${at}  #9  送达结果 outcome  d1  accepted  1 次 tries  204`,
        '',
      ],
    ]);
  });

  it('with --json prints every line as it stands, and a damaged one too', async () => {
    await rig.close();
    const lines = rig.withDb((db) => db.prepare('SELECT line FROM audit ORDER BY seq').raw().all() as [string][]).map(([line]) => line);
    expect((await maibo('list', '--json')).out.split('\n')).toEqual([...lines, '']);
    harm("UPDATE audit SET line = 'rubbish' WHERE seq = 4");
    expect((await maibo('list')).out).toContain('4  已损坏 / damaged  rubbish');
  });
});

describe('schemas/audit.md', () => {
  it('the program that stands there verifies the record without ours, and finds what was changed', async () => {
    await sign();
    await rig.close();
    const page = readFileSync(new URL('../../schemas/audit.md', import.meta.url), 'utf8');
    const program = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    writeFileSync(join(elsewhere, 'verify.mjs'), program);
    const record = join(elsewhere, 'record.ndjson');
    const [checkpoints, key] = ['audit-checkpoints.ndjson', 'audit-public-key.pem'].map((file) => join(rig.directory, file));
    const run = (text: string): number | null => {
      writeFileSync(record, text);
      return spawnSync(process.execPath, [join(elsewhere, 'verify.mjs'), record, checkpoints ?? '', key ?? '']).status;
    };
    const { out } = await maibo('list', '--json');
    expect(run(out)).toBe(0);
    expect(run(out.replace('"orange"', '"blue"'))).toBe(1);
    expect(run(out.split('\n').slice(0, -2).join('\n'))).toBe(1);
    expect(run(out.split('\n').slice(1).join('\n'))).toBe(1);
  });
});
