import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, test } from 'vitest';
import { openReceiver, sendReceipt, verify } from '../../../fixtures/receiver/receiver.mjs';
import { freePort } from '../acceptance/trial-city.ts';
import { CHECKOUT } from '../test-rig.ts';
import { checkReceiver, type CheckOptions } from './check-receiver.ts';
import { probeDigest, probeOrder } from './probe-order.ts';
import type { Finding } from './receiver-checks.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function check(url: string, over: Partial<CheckOptions> = {}): Promise<Record<string, Finding['kind']>> {
  const found: Record<string, Finding['kind']> = {};
  const rest = { party: 'fire', street: null, receipts: null, wait: { first: 2_000, then: 150 }, patience: 2_000 };
  const failed = await checkReceiver({ url, secrets: [SECRET], found: ({ id }, { kind }) => (found[id] = kind), ...rest, ...over });
  expect(failed).toBe(Object.values(found).filter((kind) => kind === 'bad').length);
  return found;
}

const badIn = (found: Record<string, Finding['kind']>): string[] => Object.keys(found).filter((id) => found[id] === 'bad');

interface Probe {
  readonly data: { readonly order: { readonly id: string }; readonly assignment: { readonly party: string } };
}

function answerTo(base: string, count = { of: 0 }) {
  return ({ data: { order, assignment } }: Probe): Promise<number> => {
    count.of += 1;
    const receipt = { id: `${order.id}:${count.of}`, party: assignment.party, state: 'accepted' };
    return sendReceipt(`${base}/api/v1/orders/${order.id}/receipts`, receipt);
  };
}

async function reference(act: (message: Probe, id: string) => unknown): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-receiver-'));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  const receiver = await openReceiver<Probe>({ secrets: [SECRET], file: join(directory, 'inbox'), act });
  closing.push(receiver.close);
  return receiver.url;
}

type Decide = (headers: IncomingHttpHeaders, body: Buffer) => number | null | Promise<number>;

/** A receiver with a fault; `null` never answers. */
async function faulty(decide: Decide): Promise<string> {
  const server = createServer((request, response) => {
    void request.toArray().then(async (parts: Buffer[]) => {
      const status = await decide(request.headers, Buffer.concat(parts));
      if (status !== null) response.writeHead(status, status >= 300 && status < 400 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const good: Decide = (headers, body) => (verify(headers, body, [SECRET]) ? 204 : 401);

describe('maibo receiver check', () => {
  test('finds nothing wrong with the reference receiver, and sees that it acts once', async () => {
    const port = await freePort();
    const found = await check(await reference(answerTo(`http://127.0.0.1:${port}`)), { receipts: port });
    expect(new Set(Object.values(found))).toEqual(new Set(['good']));
    expect(Object.keys(found)).toHaveLength(15);
  });

  test('says that it cannot see how often a receiver acts that sends no receipts here', async () => {
    const found = await check(await faulty(good));
    expect(badIn(found)).toEqual([]);
    expect(found['acts-once']).toBe('unseen');
  });

  test('negative control: a receiver that keeps no ids acts twice, and is found out', async () => {
    const port = await freePort();
    const act = answerTo(`http://127.0.0.1:${port}`);
    const url = await faulty((headers, body) => {
      const status = good(headers, body);
      if (status === 204) void act(JSON.parse(body.toString()) as Probe);
      return status;
    });
    expect(badIn(await check(url, { receipts: port }))).toEqual(['acts-once', 'acts-once-at-once', 'acts-on-digest']);
  });

  test('finds one that sees only the first order of a digest', async () => {
    const port = await freePort();
    const act = answerTo(`http://127.0.0.1:${port}`);
    const seen = new Set<string>();
    const url = await faulty((headers, body) => {
      const status = good(headers, body);
      const id = String(headers['webhook-id']);
      if (status === 204 && !seen.has(id)) void act(JSON.parse(body.toString()) as Probe);
      if (status === 204) seen.add(id);
      return status;
    });
    expect(badIn(await check(url, { receipts: port, wait: { first: 150, then: 50 } }))).toEqual(['acts-on-digest']);
  });

  test('one that answers with no receipt at all has not been seen to act', async () => {
    expect(badIn(await check(await faulty(good), { receipts: 0, wait: { first: 20, then: 10 } }))).toContain('acts-once');
  });

  test.each<readonly [string, Decide, readonly string[]]>([
    ['takes everything unseen', () => 200, ['refuses-foreign', 'refuses-changed', 'refuses-unsigned', 'refuses-old', 'refuses-future']],
    [
      'does not look at the time',
      (headers, body) => (verify(headers, body, [SECRET], Number(headers['webhook-timestamp']) * 1_000) ? 200 : 401),
      ['refuses-old', 'refuses-future'],
    ],
    [
      'looks at the first signature only',
      (headers, body) =>
        verify({ ...headers, 'webhook-signature': String(headers['webhook-signature'] ?? '').split(' ')[0] }, body, [SECRET]) ? 200 : 401,
      ['takes-rotation'],
    ],
    ['falls over a long order', (headers, body) => (body.length > 100_000 ? 413 : good(headers, body)), ['takes-long']],
    [
      'calls a forgery a fault of its own',
      (headers, body) => (good(headers, body) === 204 ? 204 : 500),
      ['refuses-foreign', 'refuses-changed', 'refuses-unsigned', 'refuses-old', 'refuses-future'],
    ],
    [
      'refuses members that it does not know',
      (headers, body) => (body.includes('"later"') ? 400 : good(headers, body)),
      ['takes-unknown-members'],
    ],
  ])('finds one that %s', async (_, decide, bad) => {
    expect(badIn(await check(await faulty(decide)))).toEqual(bad);
  });

  test('finds one that says conflict to a repeat, and one that holds an id for what it refused', async () => {
    const seen = new Set<string>();
    const conflict = await faulty((headers, body) => {
      const id = String(headers['webhook-id']);
      if (seen.has(id)) return 409;
      seen.add(id);
      return good(headers, body);
    });
    expect(badIn(await check(conflict))).toEqual(['takes-repeat', 'acts-once-at-once', 'forgets-refused']);
  });

  test('finds one that redirects, and one that hangs', async () => {
    const moved = badIn(await check(await faulty(() => 302)));
    expect(moved).toContain('takes-signed');
    expect(moved).toContain('refuses-foreign');
    expect(badIn(await check(await faulty(() => null), { patience: 30 }))).toContain('answers-soon');
  });

  test('nobody listens at the address: everything is bad, and it ends', async () => {
    const found = await check(`http://127.0.0.1:${await freePort()}/`);
    expect(found['takes-signed']).toBe('bad');
    expect(found['refuses-foreign']).toBe('bad');
  });

  test('refuses an address that is none', async () => {
    await expect(check('fire.example')).rejects.toMatchObject({ code: 'usage' });
  });
});

test('the order that it sends follows the schema of real ones, and is a drill', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const schema = JSON.parse(readFileSync(join(CHECKOUT, 'schemas/order-message.schema.json'), 'utf8')) as object;
  const body = JSON.parse(probeOrder({ party: 'street', street: '310104014' }, 'n', 1_790_000_000_000).body) as Record<string, unknown>;
  expect(ajv.validate(schema, body), JSON.stringify(ajv.errors)).toBe(true);
  const digest = JSON.parse(probeDigest({ party: 'fire', street: null }, ['a', 'b'], 1_790_000_000_000).probe.body) as object;
  expect(ajv.validate(schema, digest), JSON.stringify(ajv.errors)).toBe(true);
  expect(digest).toMatchObject({ data: { digest: [{ type: 'order.dispatched', order: { drill: true } }] } });
  expect(body).toMatchObject({ data: { order: { drill: true }, assignment: { party: 'street', street: '310104014' } } });
});
