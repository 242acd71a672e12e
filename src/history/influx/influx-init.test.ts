import { afterEach, describe, expect, it, vi } from 'vitest';
import { initInflux } from './influx-init.ts';
import { createInfluxStore } from './influx-store.ts';
import { FaultyServer, says } from './test-faulty-server.ts';
import { ABSENT, hasInfluxd, TestServer } from './test-influx-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const DAY = 24 * 3_600_000;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe.skipIf(!hasInfluxd())(`1.x: makes database and retention${hasInfluxd() ? '' : ` (${ABSENT})`}`, () => {
  it('once, says what it did, and changes only what is different', async () => {
    const server = await TestServer.influxd();
    open.push(() => server.stop());
    const options = { url: server.url, token: null, org: null, bucket: `pul"se`, api: 'v1' } as const;
    const kinds = async (keep: number | null, bucket: string = options.bucket) =>
      (await initInflux({ ...options, bucket }, keep)).map(({ kind, what, name, keep: kept }) => `${kind} ${what} ${name} ${kept}`);
    expect(await kinds(null)).toEqual(['made database pul"se null', 'found retention autogen null']);
    expect(await kinds(30 * DAY)).toEqual([`found database pul"se ${30 * DAY}`, `changed retention autogen ${30 * DAY}`]);
    expect(await kinds(30 * DAY)).toEqual([`found database pul"se ${30 * DAY}`, `found retention autogen ${30 * DAY}`]);
    expect(await kinds(5 * DAY, 'pulse/short')).toEqual([`made database pulse ${5 * DAY}`, `made retention short ${5 * DAY}`]);
    const store = createInfluxStore({ ...options, bucket: 'pulse/short' });
    open.push(() => store.close());
    await store.write([], { offset: 1, audit: 1 });
    expect(await store.cursor()).toBeNull();
  });
});

describe('2.x: makes the bucket', () => {
  async function rig(buckets: readonly unknown[]) {
    const server = await FaultyServer.start();
    open.push(() => server.stop());
    server.answer = (response, asked) => {
      const body = asked.path.startsWith('/api/v2/orgs') ? { orgs: [{ id: '0a' }] } : asked.method === 'GET' ? { buckets } : {};
      says(200, body)(response, asked);
    };
    const init = (keep: number | null) => initInflux({ url: server.url, token: 't', org: 'city', bucket: 'pulse', api: 'v2' }, keep);
    return { server, init };
  }

  it('when there is none', async () => {
    const { server, init } = await rig([]);
    expect(await init(DAY)).toEqual([{ kind: 'made', what: 'bucket', name: 'pulse', keep: DAY }]);
    const made = server.asked.at(-1);
    expect(made).toMatchObject({ method: 'POST', path: '/api/v2/buckets', headers: { authorization: 'Token t' } });
    expect(JSON.parse(made?.body ?? '')).toEqual({
      orgID: '0a',
      name: 'pulse',
      retentionRules: [{ type: 'expire', everySeconds: 86_400 }],
    });
  });

  it('leaves one that is as it should be, and changes how long another keeps', async () => {
    const { server, init } = await rig([{ id: '0b', retentionRules: [{ type: 'expire', everySeconds: 86_400 }] }]);
    expect((await init(DAY)).map(({ kind }) => kind)).toEqual(['found']);
    expect(server.asked.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect((await init(null)).map(({ kind }) => kind)).toEqual(['found', 'changed']);
    expect(server.asked.at(-1)).toMatchObject({ method: 'PATCH', path: '/api/v2/buckets/0b', body: '{"retentionRules":[]}' });
  });

  it('says why it cannot', async () => {
    const server = await FaultyServer.start(says(401, { code: 'unauthorized', message: 'unauthorized access' }));
    open.push(() => server.stop());
    const options = { url: server.url, token: 't', org: 'city', bucket: 'pulse', api: 'v2' } as const;
    await expect(initInflux(options, null)).rejects.toMatchObject({ kind: 'forbidden', said: '401 unauthorized access' });
    await expect(initInflux({ ...options, api: 'v1' }, null)).rejects.toMatchObject({ kind: 'forbidden' });
    await server.stop();
    await expect(initInflux(options, null)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
