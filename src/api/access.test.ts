import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { guardRoutes, type AccessToken, type Role } from './access.ts';
import type { ForbiddenRequest } from './ports.ts';
import { alertOf, apiOf, as, tokenOf, TOKENS } from './test-rig.ts';

const READS = [
  '/api/v1/orders',
  '/api/v1/signs',
  '/api/v1/alerts',
  '/api/v1/rules',
  '/api/v1/sensors',
  '/api/v1/places',
  '/api/v1/endpoints',
  '/api/v1/deliveries',
  '/api/v1/parties',
  '/api/v1/silences',
  '/api/v1/drills',
  '/metrics',
];
const WRITES = [
  { url: '/api/v1/orders/wo_1/receipts', payload: { party: 'fire', state: 'accepted' } },
  { url: '/api/v1/alerts/al_1/reset', payload: { by: 'Wang' } },
  { url: '/api/v1/deliveries/m1@ep_1/replay', payload: {} },
  { url: '/api/v1/endpoints/ep_1/replay', payload: {} },
  { url: '/api/v1/readings', payload: [{ sensor: 's1', values: { rain: 1 } }] },
];

async function closed() {
  return apiOf({ alert: () => alertOf() }, TOKENS);
}

describe('behind tokens', () => {
  it('lets nobody in without one, and says how', async () => {
    const { api, emitted } = await closed();
    for (const url of READS) {
      const answer = await api.inject(url);
      expect(answer.statusCode, url).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.json()).toMatchObject({ code: 'api-unauthorized', titleZh: '需要有效的令牌' });
    }
    expect(emitted).toContainEqual({ name: 'api.token-refused', route: '/api/v1/orders', reason: 'absent' });
  });

  it.each(['Bearer wrong', 'Bearer ', 'Bearer', 'Basic dG9rZW4=', 'token-of-admin', 'Bearer token-of-admin extra'])(
    'refuses "%s"',
    async (authorization) => {
      const { api } = await closed();
      expect((await api.inject({ url: '/api/v1/orders', headers: { authorization } })).statusCode).toBe(401);
    },
  );

  it('takes the scheme in any case, as HTTP has it', async () => {
    const { api } = await closed();
    expect((await api.inject({ url: '/api/v1/orders', headers: { authorization: 'bearer token-of-viewer' } })).statusCode).toBe(200);
  });

  it('lets a viewer read and not write, and says which role is needed', async () => {
    const { api } = await closed();
    for (const url of READS) expect((await api.inject({ url, headers: as('viewer') })).statusCode, url).toBe(200);
    for (const write of WRITES) {
      const answer = await api.inject({ method: 'POST', ...write, headers: as('viewer') });
      expect(answer.json(), write.url).toMatchObject({ status: 403, code: 'api-forbidden', detail: expect.stringContaining('operator') });
    }
    expect((await api.inject({ url: '/api/v1/rejections', headers: as('viewer') })).statusCode).toBe(403);
  });

  it.each<Role>(['operator', 'admin'])('lets an %s write', async (role) => {
    const { api } = await closed();
    for (const write of WRITES)
      expect((await api.inject({ method: 'POST', ...write, headers: as(role) })).statusCode, write.url).toBeLessThan(300);
  });

  it('leaves health and documentation open, and nothing else', async () => {
    const { api } = await closed();
    for (const url of ['/healthz', '/readyz', '/docs/', '/docs/errors', '/openapi.json'])
      expect((await api.inject(url)).statusCode, url).toBe(200);
    for (const url of ['/nowhere', '/docsandmore', '/api/v1/nothing', '/api/v1/events'])
      expect((await api.inject(url)).statusCode, url).toBe(401);
    expect((await api.inject({ url: '/nowhere', headers: as('viewer') })).statusCode).toBe(404);
  });

  it('refuses before it reads a body', async () => {
    const { api } = await closed();
    const answer = await api.inject({ method: 'POST', url: '/api/v1/readings', payload: 'x'.repeat(3_000_000) });
    expect(answer.statusCode).toBe(401);
  });
});

describe('a token of a party', () => {
  const receipt = { party: 'fire', state: 'accepted' };
  const ask = async (token: Partial<AccessToken>, url: string, payload: unknown) => {
    const submitted: unknown[] = [];
    const { api } = await apiOf(
      {
        alert: () => alertOf(),
        submitReceipt: async (order, body) => {
          submitted.push(body);
          return { kind: 'moved', state: 'accepted', order, id: 'r1' };
        },
      },
      [{ ...tokenOf('operator'), ...token }],
    );
    const answer = await api.inject({
      method: payload === null ? 'GET' : 'POST',
      url,
      payload: payload as object,
      headers: as('operator'),
    });
    return { status: answer.statusCode, code: answer.json<{ code?: string }>().code, submitted: submitted.length };
  };
  const receipts = '/api/v1/orders/wo_1/receipts';
  const fire = { party: 'fire' };
  const desk = { party: 'street', street: '310104014' };

  it.each([
    [{}, receipt, 201],
    [{}, { ...receipt, party: 'police' }, 201],
    [fire, receipt, 201],
    [fire, { ...receipt, street: '310104014' }, 201],
    [fire, { ...receipt, party: 'police' }, 403],
    [fire, { ...receipt, party: ['fire'] }, 403],
    [fire, { state: 'accepted' }, 403],
    [fire, [receipt], 403],
    [desk, { ...receipt, ...desk }, 201],
    [desk, { ...receipt, ...desk, street: '310104003' }, 403],
    [desk, { ...receipt, party: 'street' }, 403],
    [desk, { ...receipt, street: '310104014' }, 403],
    [{ ...fire, role: 'viewer' as const }, receipt, 403],
  ])('%j sends %j: %i', async (token, body, status) => {
    expect(await ask(token, receipts, body)).toEqual({
      status,
      code: status === 403 ? 'api-forbidden' : undefined,
      submitted: status === 403 ? 0 : 1,
    });
  });

  it.each(['operator', 'admin'] as const)('reads, and does nothing else of what an %s may', async (role) => {
    const token = { ...fire, role };
    expect(await ask(token, '/api/v1/orders', null)).toMatchObject({ status: 200 });
    expect(await ask(token, '/api/v1/rejections', null)).toMatchObject({ status: 403 });
    for (const { url, payload } of WRITES.slice(1))
      expect(await ask(token, url, payload), url).toMatchObject({ status: 403, code: 'api-forbidden' });
  });
});

describe('what a known token is refused', () => {
  const ask = async (token: Partial<AccessToken>, url: string, payload: object | null) => {
    const noted: ForbiddenRequest[] = [];
    const { api } = await apiOf({ noteForbidden: (request) => void noted.push(request) }, [{ ...tokenOf('operator'), ...token }]);
    const answer = await api.inject({
      method: payload === null ? 'GET' : 'POST',
      url,
      ...(payload === null ? {} : { payload }),
      headers: as('operator'),
    });
    expect(answer.statusCode).toBe(403);
    return noted;
  };
  const party = { name: 'fire desk', party: 'fire' };

  it('a receipt for another party is noted for the record: who, which door, what and why', async () => {
    expect(await ask(party, '/api/v1/orders/wo_1/receipts', { party: 'police', state: 'accepted', by: 'x' })).toEqual([
      {
        token: 'fire desk',
        route: 'POST /api/v1/orders/:id/receipts',
        order: 'wo_1',
        party: 'police',
        detail: 'The token "fire desk" answers for itself only; send "party": "fire".',
      },
    ]);
  });

  it('so is a command, and what its role does not allow', async () => {
    const [command] = await ask(party, '/api/v1/orders/wo_1/commands', { do: 'cancel', by: 'x', reason: 'y' });
    expect(command).toMatchObject({ route: 'POST /api/v1/orders/:id/commands', order: 'wo_1', party: null });
    const [reset] = await ask({ name: 'wall', role: 'viewer' }, '/api/v1/alerts/al_1/reset', { by: 'x' });
    expect(reset).toMatchObject({ token: 'wall', order: null, detail: 'This needs the role operator; the token "wall" is viewer.' });
  });

  it('what it sends is cut, and reading is not noted', async () => {
    const [cut] = await ask(party, '/api/v1/orders/wo_1/receipts', { party: 'p'.repeat(10_000), state: 'accepted' });
    expect(cut?.party).toHaveLength(128);
    expect(await ask({ role: 'viewer' }, '/api/v1/rejections', null)).toEqual([]);
  });

  it('who has no token is not noted: anybody may knock', async () => {
    const noted: ForbiddenRequest[] = [];
    const { api } = await apiOf({ noteForbidden: (request) => void noted.push(request) }, TOKENS);
    for (const write of WRITES) expect((await api.inject({ method: 'POST', ...write })).statusCode).toBe(401);
    expect(noted).toEqual([]);
  });
});

describe('a route that forgot its role', () => {
  it('is refused when the server is made', () => {
    const server = fastify();
    guardRoutes(server, null, () => undefined);
    expect(() => server.get('/api/v1/secret', () => 'x')).toThrow('declares no role');
    expect(() => server.get('/api/v1/open', { config: { role: 'public' } }, () => 'x')).not.toThrow();
  });
});
