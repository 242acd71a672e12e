import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openReceiver, verify } from '../../../fixtures/receiver/receiver.mjs';
import { signMessage } from '../../deliver/sign.ts';
import { freePort } from '../acceptance/trial-city.ts';
import { CHECKOUT } from '../test-rig.ts';
import { probeDigest, probeOrder } from './probe-order.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SOURCE = join(CHECKOUT, 'fixtures/receiver/receiver.mjs');
const closing: (() => Promise<void> | void)[] = [];
let file: string;
beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-reference-'));
  file = join(directory, 'inbox.ndjson');
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function send(url: string, id: string, secret = SECRET): Promise<number> {
  const { body } = probeOrder({ party: 'fire', street: null }, id, Date.now());
  const headers = { ...signMessage({ id, at: Date.now(), body, secrets: [secret] }) };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

async function open(
  act: (message: unknown, id: string) => unknown,
  secrets = [SECRET],
): Promise<{ url: string; close: () => Promise<void> }> {
  const receiver = await openReceiver({ secrets, file, act });
  closing.push(receiver.close);
  return receiver;
}

describe('the reference receiver', () => {
  test('is under 60 lines of Node’s own modules', () => {
    const text = readFileSync(SOURCE, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
    for (const [, from] of text.matchAll(/from '([^']+)'/g)) expect(from).toMatch(/^node:/);
  });

  test('has the message on disk before it acts, and does at the next start what a crash left undone', async () => {
    const first = await open(() => {
      expect(readFileSync(file, 'utf8')).toContain('"id":"msg_1"');
      return new Promise(() => undefined);
    });
    expect(await send(first.url, 'msg_1')).toBe(204);
    await first.close();
    appendFileSync(file, '\n{"id":"msg_2","message":{"cut":{}');
    const acted: string[] = [];
    const second = await open((_, id) => acted.push(id));
    expect(acted).toEqual(['msg_1']);
    for (const id of ['msg_1', 'msg_2', 'msg_2']) expect(await send(second.url, id)).toBe(204);
    expect(acted).toEqual(['msg_1', 'msg_2']);
    await second.close();
    await open((_, id) => acted.push(id));
    expect(acted).toEqual(['msg_1', 'msg_2']);
  });

  test('acts once on each order of a digest, and again on all of them when a crash came before the end', async () => {
    const { orders, probe } = probeDigest({ party: 'fire', street: null }, ['a', 'b', 'c'], Date.now());
    const acted: string[] = [];
    const act = (hang: boolean) => (message: unknown, id: string) => {
      const { type, data } = message as { type: string; data: { order: { id: string }; digest?: unknown } };
      expect([type, data.digest, id]).toEqual(['order.dispatched', undefined, probe.id]);
      acted.push(data.order.id);
      return hang ? new Promise(() => undefined) : undefined;
    };
    const post = async (url: string): Promise<number> => {
      const headers = { ...signMessage({ id: probe.id, at: Date.now(), body: probe.body, secrets: [SECRET] }) };
      return (await fetch(url, { method: 'POST', headers, body: probe.body })).status;
    };
    const first = await open(act(true));
    expect([await post(first.url), await post(first.url)]).toEqual([204, 204]);
    expect(acted).toEqual(orders);
    await first.close();
    const second = await open(act(false));
    expect(await post(second.url)).toBe(204);
    expect(acted).toEqual([...orders, ...orders]);
    await second.close();
    await open(act(false));
    expect(acted).toHaveLength(6);
  });

  test('lets nobody in while it has no secret, not even with an empty one', async () => {
    const { url } = await open(() => undefined, []);
    expect(await send(url, 'msg_1')).toBe(401);
    const body = '{}';
    const at = Date.now();
    const headers = { ...signMessage({ id: 'm', at, body, secrets: ['whsec_AA=='] }) };
    expect(verify(headers, body, ['whsec_AA=='], at)).toBe(true);
    expect(verify(headers, body, [], at)).toBe(false);
  });

  test('answers 500 to what it cannot store, so that it comes again', async () => {
    const { url } = await open(() => undefined);
    rmSync(join(file, '..'), { recursive: true });
    expect(await send(url, 'msg_1')).toBe(500);
  });

  test('as a process it takes an order once over kill -9, and goes on with the receipt that nobody answered', async () => {
    const port = await freePort();
    let said = '';
    const start = async (): Promise<ChildProcess> => {
      const env = { ...process.env, SECRETS: SECRET, PORT: String(port), INBOX: file, MAIBO: `http://127.0.0.1:${await freePort()}` };
      const child = spawn(process.execPath, [SOURCE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      closing.push(() => void child.kill('SIGKILL'));
      const ready = new Promise<void>((resolve) =>
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes('/orders')) resolve();
        }),
      );
      await ready;
      return child;
    };
    const url = `http://127.0.0.1:${port}/orders`;
    const first = await start();
    expect(await send(url, 'msg_1')).toBe(204);
    const gone = new Promise((resolve) => first.once('close', resolve));
    first.kill('SIGKILL');
    await gone;
    said = '';
    const second = await start();
    expect(said).toContain('order.dispatched');
    expect(await send(url, 'msg_1')).toBe(204);
    const closed = new Promise((resolve) => second.once('close', resolve));
    second.kill('SIGKILL');
    await closed;
    expect(readFileSync(file, 'utf8').match(/"id":"msg_1"/g)).toHaveLength(1);
  });
});
