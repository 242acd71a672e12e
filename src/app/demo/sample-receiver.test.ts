import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { signMessage } from '../../deliver/sign.ts';
import type { ReceivedLine } from './receiver-line.ts';
import { openSampleReceiver } from './sample-receiver.ts';
import type { ReceiverOptions, SampleReceiver } from './sample-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open({
  directory = folder(),
  ...options
}: Partial<ReceiverOptions> & { readonly directory?: string } = {}): Promise<SampleReceiver & { readonly lines: ReceivedLine[] }> {
  const lines: ReceivedLine[] = [];
  const receiver = await openSampleReceiver({
    party: 'fire',
    secrets: [SECRET],
    port: 0,
    file: join(directory, 'fire.ids'),
    answer: null,
    print: (line) => void lines.push(line),
    ...options,
  });
  closing.push(receiver.close);
  return { ...receiver, lines };
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'receiver-'));
  closing.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

interface Said {
  readonly id: string;
  readonly order?: string;
  readonly party?: string;
  readonly street?: string | null;
  readonly type?: string;
  readonly drill?: boolean;
}

function bodyOf({ order = 'wo_1', party = 'fire', street = null, type = 'order.dispatched', drill = false }: Said): string {
  const place = { id: 'iapm', name: { zh: '环贸iapm', en: 'iapm' }, street: '310104014', at: [121.454, 31.215], crs: 'WGS84' };
  const data = {
    order: {
      id: order,
      level: 'red',
      title: { zh: '火警', en: 'Fire' },
      incident: 'in_1',
      place,
      alerts: [],
      drill,
      links: { self: `/api/v1/orders/${order}` },
    },
    assignment: { party, street, role: 'lead', state: 'dispatched', due: {} },
  };
  return JSON.stringify({ type, timestamp: new Date(Date.now() - 40).toISOString(), data });
}

async function send(
  receiver: SampleReceiver,
  said: Said,
  change: { readonly secret?: string; readonly at?: number; readonly body?: string } = {},
): Promise<number> {
  const body = bodyOf(said);
  const headers = { ...signMessage({ id: said.id, at: change.at ?? Date.now(), body, secrets: [change.secret ?? SECRET] }) };
  return (await fetch(receiver.url, { method: 'POST', headers, body: change.body ?? body })).status;
}

/** The door of the API that takes receipts, and nothing else. */
async function openDoor(statuses: readonly number[] = []) {
  const receipts: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    void request.toArray().then((parts: Buffer[]) => {
      receipts.push({
        path: `${request.method} ${request.url}`,
        body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
      });
      response.writeHead(statuses[receipts.length - 1] ?? 200).end('{}');
      for (const check of waiting) check();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => void (receipts.length >= count && resolve());
      waiting.push(check);
      check();
    });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, receipts, arrived };
}

const AT_ONCE = { acceptAfter: 0, onSiteAfter: 0, resolveAfter: 0 };

describe('the sample receiver', () => {
  test('takes a signed order and prints it as one line', async () => {
    const receiver = await open();
    expect(await send(receiver, { id: 'msg_1' })).toBe(204);
    expect(receiver.lines).toEqual([
      {
        party: 'fire',
        street: null,
        order: 'wo_1',
        type: 'order.dispatched',
        level: 'red',
        title: { zh: '火警', en: 'Fire' },
        place: { zh: '环贸iapm', en: 'iapm' },
        state: 'dispatched',
        drill: false,
        tookMs: expect.any(Number) as number,
      },
    ]);
    expect(receiver.lines[0]?.tookMs).toBeGreaterThanOrEqual(40);
    expect(receiver.effects()).toEqual({ acted: [{ id: 'msg_1', order: 'wo_1', type: 'order.dispatched' }], repeated: 0, refused: 0 });
  });

  test('refuses what is not signed by us, changed on the way, or too old, and does nothing', async () => {
    const receiver = await open();
    expect(await send(receiver, { id: 'm' }, { secret: 'whsec_b3RoZXI=' })).toBe(401);
    expect(await send(receiver, { id: 'm' }, { body: bodyOf({ id: 'm', order: 'wo_other' }) })).toBe(401);
    expect(await send(receiver, { id: 'm' }, { at: Date.now() - 302_000 })).toBe(401);
    expect((await fetch(receiver.url, { method: 'POST', body: '{}' })).status).toBe(401);
    expect(receiver.effects()).toEqual({ acted: [], repeated: 0, refused: 4 });
    expect(receiver.lines).toEqual([]);
  });

  test('refuses an order for another party or another street', async () => {
    const receiver = await open({ party: 'street', street: '310104014' });
    expect(await send(receiver, { id: 'a', party: 'fire' })).toBe(422);
    expect(await send(receiver, { id: 'b', party: 'street', street: '310104003' })).toBe(422);
    expect(await send(receiver, { id: 'c', party: 'street', street: '310104014' })).toBe(204);
    expect(receiver.effects()).toMatchObject({ acted: [{ id: 'c' }], refused: 2 });
  });

  test('answers a repeated message and acts once, after a restart too, and after a crash in the middle of a line', async () => {
    const directory = folder();
    const first = await open({ directory });
    expect([await send(first, { id: 'msg_1' }), await send(first, { id: 'msg_1' })]).toEqual([204, 204]);
    expect(first.effects()).toMatchObject({ acted: [{ id: 'msg_1' }], repeated: 1 });
    await first.close();
    closing.splice(closing.indexOf(first.close), 1);
    appendFileSync(join(directory, 'fire.ids'), '\n{"id":"msg_2","or');

    const second = await open({ directory });
    for (const id of ['msg_1', 'msg_2', 'msg_2']) expect(await send(second, { id })).toBe(204);
    expect(second.lines).toHaveLength(1);
    expect(second.effects().acted.map(({ id }) => id)).toEqual(['msg_1', 'msg_2']);
    expect((await open({ directory })).effects().acted).toHaveLength(2);
  });

  test('answers each order once with accepted, on-site and resolved, each under an id of its own', async () => {
    const door = await openDoor();
    const receiver = await open({ party: 'street', answer: { baseUrl: door.baseUrl, ...AT_ONCE } });
    await send(receiver, { id: 'msg_1', party: 'street', street: '310104014' });
    await send(receiver, { id: 'msg_1', party: 'street', street: '310104014' });
    await send(receiver, { id: 'msg_2', party: 'street', street: '310104014', type: 'order.escalated' });
    await door.arrived(3);
    expect(door.receipts.map(({ path, body }) => [path, body['party'], body['street'], body['state']])).toEqual(
      ['accepted', 'on-site', 'resolved'].map((state) => ['POST /api/v1/orders/wo_1/receipts', 'street', '310104014', state]),
    );
    expect(new Set(door.receipts.map(({ body }) => body['id'])).size).toBe(3);
  });

  test('answers anew, under other ids, when an order is called again after it was done or closed', async () => {
    const door = await openDoor();
    const receiver = await open({ answer: { baseUrl: door.baseUrl, ...AT_ONCE } });
    await send(receiver, { id: 'msg_1' });
    await door.arrived(3);
    // While the crew is still about it, a second call is the same one.
    let calls = 0;
    await expect.poll(async () => (await send(receiver, { id: `again_${(calls += 1)}` }), door.receipts.length)).toBeGreaterThan(3);
    await door.arrived(6);
    await send(receiver, { id: 'msg_3', type: 'order.closed' });
    await send(receiver, { id: 'msg_4' });
    await door.arrived(9);
    const ids = door.receipts.map(({ body }) => body['id']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('prints and answers every order of a digest', async () => {
    const door = await openDoor();
    const receiver = await open({ answer: { baseUrl: door.baseUrl, ...AT_ONCE } });
    const { data, ...first } = JSON.parse(bodyOf({ id: 'msg_1' })) as { data: object };
    const others = ['wo_2', 'wo_3'].map((order) => (JSON.parse(bodyOf({ id: 'msg_1', order })) as { data: object }).data);
    const body = JSON.stringify({ ...first, data: { ...data, digest: others.map((one) => ({ type: 'order.escalated', ...one })) } });
    const headers = { ...signMessage({ id: 'msg_1', at: Date.now(), body, secrets: [SECRET] }) };
    expect((await fetch(receiver.url, { method: 'POST', headers, body })).status).toBe(204);
    await door.arrived(9);
    expect(receiver.lines.map(({ order, type }) => `${order} ${type}`)).toEqual([
      'wo_1 order.dispatched',
      'wo_2 order.escalated',
      'wo_3 order.escalated',
    ]);
    expect(receiver.effects().acted.map(({ id, order }) => [id, order])).toEqual([
      ['msg_1', 'wo_1'],
      ['msg_1', 'wo_2'],
      ['msg_1', 'wo_3'],
    ]);
    expect(new Set(door.receipts.map(({ path }) => path)).size).toBe(3);
  });

  test('repeats a receipt under its id until it is answered, and takes a refused step as answered', async () => {
    const door = await openDoor([503, 200, 409]);
    const receiver = await open({ answer: { baseUrl: () => door.baseUrl, ...AT_ONCE } });
    await send(receiver, { id: 'msg_1' });
    await door.arrived(4);
    expect(door.receipts.map(({ body }) => body['state'])).toEqual(['accepted', 'accepted', 'on-site', 'resolved']);
    expect(door.receipts[0]?.body).toEqual(door.receipts[1]?.body);
  });

  test('says nothing more about an order that was closed', async () => {
    const door = await openDoor();
    const receiver = await open({ answer: { baseUrl: door.baseUrl, acceptAfter: 0, onSiteAfter: 60_000, resolveAfter: 0 } });
    await send(receiver, { id: 'msg_1' });
    await door.arrived(1);
    await send(receiver, { id: 'msg_2', type: 'order.closed' });
    await send(receiver, { id: 'msg_3', order: 'wo_2', drill: true });
    await door.arrived(2);
    expect(door.receipts.map(({ path }) => path)).toEqual(['POST /api/v1/orders/wo_1/receipts', 'POST /api/v1/orders/wo_2/receipts']);
    expect(receiver.lines.at(-1)).toMatchObject({ order: 'wo_2', drill: true, tookMs: null });
  });

  test('a port that is taken is an error and not a silence', async () => {
    const receiver = await open();
    await expect(open({ port: Number(new URL(receiver.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
