import { afterEach, describe, expect, it } from 'vitest';
import { StoreFault } from '../store-fault.ts';
import { settingsOf } from './influx-options.ts';
import type { InfluxOptions } from './influx-options.ts';
import { InfluxWriter } from './influx-writer.ts';
import { breaksOff, FaultyServer, hangs, ok, okThenResets, resets, says } from './test-faulty-server.ts';
import type { Answer } from './test-faulty-server.ts';

const NOW = Date.parse('2026-05-28T20:00:00Z');
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function rig(answer: Answer = ok, options: Partial<InfluxOptions> = {}) {
  const server = await FaultyServer.start(answer);
  open.push(() => server.stop());
  const base = { url: server.url, token: 'me:secret', org: 'city', bucket: 'pulse', api: 'v2', now: () => NOW } as const;
  const writer = new InfluxWriter(settingsOf({ ...base, ...options }));
  open.push(() => writer.close());
  return { server, writer };
}

async function faultOf(write: Promise<void>): Promise<StoreFault> {
  const error: unknown = await write.then(
    () => 'written',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreFault);
  return error as StoreFault;
}

const LINES = ['reading,sensor=a value=1,test=false 1000000', 'reading,sensor=b value=2,test=false 1000000'];
const many = (count: number): string[] => Array.from({ length: count }, (_, n) => `reading,sensor=s${n} value=${n},test=false 1000000`);

describe('a fault has the kind that says what may be done about it', () => {
  const cases: readonly (readonly [string, Answer, Partial<StoreFault>])[] = [
    ['a reset connection', resets, { kind: 'unreachable' }],
    ['an answer that breaks off', breaksOff, { kind: 'unreachable' }],
    ['500', says(500, { error: 'engine: cache-max-memory-size exceeded' }), { kind: 'unreachable' }],
    ['502 of a proxy', says(502, '<html>Bad Gateway</html>'), { kind: 'unreachable', said: '502 <html>Bad Gateway</html>' }],
    ['408', says(408), { kind: 'unreachable' }],
    ['503', says(503), { kind: 'busy', wait: null }],
    ['503 with seconds to wait', says(503, '', { 'retry-after': '7' }), { kind: 'busy', wait: 7_000 }],
    ['429 with seconds to wait', says(429, '', { 'retry-after': '120' }), { kind: 'busy', wait: 120_000 }],
    ['429 with a date to wait for', says(429, '', { 'retry-after': new Date(NOW + 9_000).toUTCString() }), { kind: 'busy', wait: 9_000 }],
    ['429 with nonsense to wait for', says(429, '', { 'retry-after': 'soon' }), { kind: 'busy', wait: null }],
    ['413', says(413, { error: 'Request Entity Too Large' }), { kind: 'too-large' }],
    [
      '400 of 1.x',
      says(400, { error: 'partial write: field type conflict' }),
      { kind: 'refused', said: '400 partial write: field type conflict' },
    ],
    [
      '422 of 2.x, partly written',
      says(422, { code: 'unprocessable entity', message: 'dropped=1' }),
      { kind: 'refused', said: '422 dropped=1' },
    ],
    ['201 with words, partly written', says(201, { message: 'line 2: bad' }), { kind: 'refused' }],
    ['401', says(401, { error: 'authorization failed' }), { kind: 'forbidden', said: '401 authorization failed' }],
    ['403', says(403), { kind: 'forbidden' }],
    ['404', says(404, { error: 'database not found: "pulse"' }), { kind: 'forbidden', said: '404 database not found: "pulse"' }],
    ['a redirection to a log-in page', says(302, '', { location: '/login' }), { kind: 'forbidden' }],
    ['200 of something that is no InfluxDB', says(200, '<html>'), { kind: 'forbidden', said: '200 <html>' }],
    // The client alone takes this for a success.
    ['500 of a hinted handoff', says(500, { error: 'hinted handoff queue not empty' }), { kind: 'unreachable' }],
  ];
  it.each(cases)('%s', async (_, answer, expected) => {
    const { writer } = await rig(answer);
    expect(await faultOf(writer.write(LINES))).toMatchObject(expected);
  });

  it('nobody at the address', async () => {
    const { server, writer } = await rig();
    await server.stop();
    expect(await faultOf(writer.write(LINES))).toMatchObject({ kind: 'unreachable', said: expect.stringContaining('ECONNREFUSED') });
  });

  it('a server that hangs is unreachable after the time-out, and its connection is given up', async () => {
    const { server, writer } = await rig(hangs, { timeout: 50 });
    expect(await faultOf(writer.write(LINES))).toMatchObject({ kind: 'unreachable', said: 'no answer within 50 ms' });
    await expect.poll(() => server.connections).toBe(0);
  });

  it('a server that hangs cannot make later requests wait for ever behind a cap of connections', async () => {
    const { server, writer } = await rig(hangs, { timeout: 50, connections: 1 });
    const faults = await Promise.all([1, 2, 3].map(() => faultOf(writer.write(LINES))));
    expect(faults.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    server.answer = ok;
    await expect(writer.write(LINES)).resolves.toBeUndefined();
  });
});

describe('nothing is dropped silently', () => {
  it('every line of a batch far beyond the limits of the client is in one request', async () => {
    const { server, writer } = await rig();
    const lines = many(100_000);
    await writer.write(lines);
    expect(server.asked.map(({ body }) => body)).toEqual([lines.join('\n')]);
  });

  it('each of many batches at once is answered for itself', async () => {
    const { server, writer } = await rig();
    server.answer = (response, asked) => (asked.body.includes('bad') ? says(400, 'no') : ok)(response, asked);
    const batches = Array.from({ length: 20 }, (_, n) => [`${n % 3 === 0 ? 'bad' : 'good'},n=${n} value=1 1`]);
    const answers = await Promise.allSettled(batches.map((batch) => writer.write(batch)));
    expect(answers.map(({ status }) => status)).toEqual(batches.map((_, n) => (n % 3 === 0 ? 'rejected' : 'fulfilled')));
    expect(server.asked.map(({ body }) => body).sort()).toEqual(batches.flat().sort());
    expect(server.peak).toBeLessThanOrEqual(4);
  });

  it('a batch that was refused is not sent again behind our back', async () => {
    const { server, writer } = await rig(says(503));
    await faultOf(writer.write(LINES));
    await writer.close();
    expect(server.asked).toHaveLength(1);
  });

  it('a write after the end is a fault, not a success', async () => {
    const { server, writer } = await rig();
    await writer.close();
    expect(await faultOf(writer.write(LINES))).toMatchObject({ kind: 'unreachable' });
    expect(server.asked).toHaveLength(0);
  });

  it('the end waits for the answers that are still to come', async () => {
    const { server, writer } = await rig(hangs);
    let answer = (): void => undefined;
    const heard = new Promise<void>((resolve) => {
      server.answer = (response, asked) => {
        answer = () => ok(response, asked);
        resolve();
      };
    });
    const order: string[] = [];
    const written = writer.write(LINES).then(() => order.push('written'));
    await heard;
    const ended = writer.close().then(() => order.push('ended'));
    answer();
    await Promise.all([written, ended]);
    expect(order).toEqual(['written', 'ended']);
  });

  it('a server that resets after each success costs nothing that it has taken', async () => {
    const { server, writer } = await rig(okThenResets);
    const outcomes = await Promise.allSettled(many(5).map((line) => writer.write([line])));
    const taken = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(server.asked.length).toBeGreaterThanOrEqual(taken);
  });

  it('201 without words is a success', async () => {
    const { writer } = await rig(says(201));
    await expect(writer.write(LINES)).resolves.toBeUndefined();
  });
});

describe('each door has its own address and log-in', () => {
  it('v2 names organisation and bucket, and sends the token', async () => {
    const { server, writer } = await rig(ok, { bucket: 'pulse of/the city' });
    await writer.write(LINES);
    expect(server.asked[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Token me:secret' } });
    expect(server.asked[0]?.path).toBe('/api/v2/write?org=city&bucket=pulse%20of%2Fthe%20city&precision=ns');
  });

  it('v1 names database and policy, and sends user and password', async () => {
    const { server, writer } = await rig(ok, { api: 'v1', bucket: 'pulse/raw' });
    await writer.write(LINES);
    expect(server.asked[0]?.path).toBe('/write?db=pulse&rp=raw&precision=ns');
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it('without a token nothing is sent of it, and long bodies are packed unless that is turned off', async () => {
    const { server, writer } = await rig(ok, { token: null });
    await writer.write(many(100));
    const plain = new InfluxWriter(settingsOf({ url: server.url, token: null, org: null, bucket: 'p', api: 'v1', gzip: false }));
    open.push(() => plain.close());
    await plain.write(many(100));
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(server.asked.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined]);
    expect(server.asked[0]?.body).toBe(server.asked[1]?.body);
  });
});
