import { describe, expect, it } from 'vitest';
import { Refusal } from '../model/problem.ts';
import { API_ERRORS } from './problem-details.ts';
import { alertOf, apiOf, orderOf, rejectionOf } from './test-rig.ts';

describe('errors', () => {
  it('are problem details with a stable code, in both languages', async () => {
    const { api } = await apiOf();
    const answer = await api.inject('/api/v1/orders/wo_none');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: '/docs/errors#api-order-unknown',
      title: 'There is no such order',
      titleZh: '没有此工单',
      status: 404,
      code: 'api-order-unknown',
    });
  });

  it.each([
    ['/nowhere', 404, 'api-not-found'],
    ['/api/v1/alerts/al_none', 404, 'api-alert-unknown'],
    ['/api/v1/signs/none', 404, 'api-sign-unknown'],
    ['/api/v1/rules/none', 404, 'api-not-found'],
    ['/api/v1/orders?state=lost', 400, 'api-request-invalid'],
    ['/api/v1/orders?limit=0', 400, 'api-request-invalid'],
    ['/api/v1/orders?limit=501', 400, 'api-request-invalid'],
    ['/api/v1/readings?gateway=a/b', 404, 'api-not-found'],
  ])('%s is answered with %i %s', async (url, status, code) => {
    const { api } = await apiOf();
    const answer = await api.inject(url);
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
  });

  it('lead to a page that names every code in both languages', async () => {
    const { api } = await apiOf();
    const page = await api.inject('/docs/errors');
    expect(page.headers['content-type']).toContain('text/html');
    for (const [code, { zh, en }] of Object.entries(API_ERRORS)) {
      expect(page.body).toContain(`id="${code}"`);
      expect(page.body).toContain(zh);
      expect(page.body).toContain(en);
    }
    expect(page.body).toContain('id="time-future"');
  });

  it('of our own say nothing of the inside, and are reported', async () => {
    const { api, emitted } = await apiOf({
      signs: () => {
        throw new Error('secret detail');
      },
    });
    const answer = await api.inject('/api/v1/signs');
    expect(answer.json()).toMatchObject({ status: 500, code: 'api-internal' });
    expect(answer.body).not.toContain('secret');
    expect(emitted).toContainEqual(expect.objectContaining({ name: 'api.request-failed', route: '/api/v1/signs' }));
  });

  it('body that is no JSON, of a wrong type, or too large', async () => {
    const { api } = await apiOf({ alert: () => alertOf() });
    const post = (url: string, payload: string, type = 'application/json') =>
      api.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });
    expect((await post('/api/v1/orders/wo_1/receipts', '{')).json()).toMatchObject({ code: 'api-request-invalid' });
    expect((await post('/api/v1/orders/wo_1/receipts', '{"__proto__": {}}')).json()).toMatchObject({ code: 'api-request-invalid' });
    expect((await post('/api/v1/orders/wo_1/receipts', '<party>fire</party>', 'application/xml')).json()).toMatchObject({
      code: 'api-content-type',
    });
    expect((await post('/api/v1/alerts/al_1/reset', '{}')).json()).toMatchObject({
      code: 'api-request-invalid',
      detail: expect.stringContaining('by'),
    });
    const large = await post('/api/v1/orders/wo_1/receipts', JSON.stringify({ note: 'x'.repeat(17_000) }));
    expect(large.statusCode).toBe(413);
    expect(large.json()).toMatchObject({ code: 'api-too-large' });
  });
});

describe('lists', () => {
  it('hand on cursor and limit, and give back the next one', async () => {
    const asked: unknown[] = [];
    const { api } = await apiOf({
      orders: (query) => {
        asked.push(query);
        return { items: [orderOf()], next: 'abc' };
      },
    });
    const answer = await api.inject('/api/v1/orders?limit=1&cursor=xyz&state=open&party=fire&street=310104003&level=red');
    expect(asked).toEqual([{ limit: 1, cursor: 'xyz', state: 'open', party: 'fire', street: '310104003', level: 'red' }]);
    expect(answer.json()).toMatchObject({ clock: 'wall', next: 'abc', items: [{ id: 'wo_1' }] });
    await api.inject('/api/v1/orders');
    expect(asked[1]).toEqual({ limit: 50, cursor: null, state: null, party: null, street: null, level: null });
  });

  it('refuse a cursor that is not theirs, and say to begin again', async () => {
    const refuse = (): never => {
      throw new Refusal('cursor-invalid', 'The cursor is not one that this list gave out; begin again without it.');
    };
    const { api } = await apiOf({ orders: refuse, alerts: refuse, rejections: refuse, sensors: refuse });
    for (const list of ['orders', 'alerts', 'rejections', 'sensors']) {
      const answer = await api.inject(`/api/v1/${list}?cursor=zzz`);
      expect(answer.json(), list).toMatchObject({
        status: 400,
        code: 'api-cursor-invalid',
        detail: expect.stringContaining('begin again'),
      });
    }
  });

  it('say under which clock they were made', async () => {
    const { api } = await apiOf({ drill: true });
    for (const list of ['orders', 'alerts', 'signs', 'rules', 'sensors', 'places', 'parties', 'rejections']) {
      expect((await api.inject(`/api/v1/${list}`)).json(), list).toMatchObject({ clock: 'events' });
    }
  });

  it('name the parties, and who has an assignment', async () => {
    const title = { zh: '消防救援支队', en: 'Fire brigade' };
    const order = orderOf();
    const { api } = await apiOf({
      parties: () => [{ id: 'fire', title, perStreet: false }],
      orders: () => ({ items: [order], next: null }),
      order: () => ({
        order: orderOf({ assignments: order.assignments.map((one) => ({ ...one, party: 'gone' })) }),
        deliveries: [],
        receipts: [],
      }),
    });
    expect((await api.inject('/api/v1/parties')).json().items).toEqual([{ id: 'fire', title, perStreet: false }]);
    expect((await api.inject('/api/v1/orders')).json().items[0].assignments).toMatchObject([{ party: 'fire', title }]);
    expect((await api.inject('/api/v1/orders/wo_1')).json().assignments).toMatchObject([{ party: 'gone', title: null }]);
  });

  it('write times so that people and other systems can read them', async () => {
    const { api } = await apiOf({
      orders: () => ({ items: [orderOf()], next: null }),
      alerts: () => ({ items: [alertOf()], next: null }),
      rejections: () => ({ items: [rejectionOf()], next: null }),
    });
    const time = '2026-11-23T00:00:00.000Z';
    expect((await api.inject('/api/v1/orders')).json().items[0]).toMatchObject({
      openedAt: time,
      closedAt: null,
      alerts: [{ since: time }],
      trail: [{ at: time }],
    });
    expect((await api.inject('/api/v1/alerts')).json().items[0]).toMatchObject({
      since: time,
      firedAt: time,
      resolvedAt: null,
      reset: null,
    });
    expect((await api.inject('/api/v1/rejections')).json().items[0]).toMatchObject({ at: time });
    const reset = { by: 'Wang', note: null, at: Date.parse(time) };
    const ended = await apiOf({ alert: () => alertOf({ state: 'resolved', reset }) });
    expect((await ended.api.inject('/api/v1/alerts/al_1')).json().reset).toEqual({ by: 'Wang', note: null, at: time });
  });

  it('show a rejection with its code in both languages, its place and its bytes', async () => {
    const { api } = await apiOf({ rejections: () => ({ items: [rejectionOf()], next: null }) });
    const [item] = (await api.inject('/api/v1/rejections')).json().items;
    expect(item).toMatchObject({
      code: 'schema',
      title: { zh: '内容不符合约定的格式' },
      pointer: '/values',
      topic: 'city/gw/s1',
      text: '{"values":· 1}·',
    });
    expect(Buffer.from(String(item.sample), 'base64').toString('latin1')).toBe('{"values":\u0007 1}\xff');
  });
});

describe('what annoys nobody', () => {
  it('the bare address leads to the documentation', async () => {
    const { api } = await apiOf();
    expect(await api.inject('/')).toMatchObject({ statusCode: 302, headers: { location: '/docs/' } });
  });

  it('a body without its type is refused with the mend', async () => {
    const { api } = await apiOf();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await api.inject({ method: 'POST', url: '/api/v1/orders/wo_1/receipts', payload: '{"party":"fire"}', headers });
    expect(answer.json()).toMatchObject({
      status: 415,
      code: 'api-content-type',
      detail: 'Send the body with "content-type: application/json".',
    });
  });

  it('durations stand as in the files of the city', async () => {
    const sensor = {
      id: 's1',
      model: 'm',
      place: null,
      street: null,
      adopted: false,
      cadence: 90_000,
      lastSeen: null,
      state: 'never-heard' as const,
    };
    const { api } = await apiOf({ sensors: () => ({ items: [sensor], next: null }) });
    expect((await api.inject('/api/v1/sensors')).json()).toMatchObject({ items: [{ cadence: '1m30s', lastSeen: null }] });
  });
});

describe('one order', () => {
  it('shows its deliveries with their attempts, and of a webhook its origin only: the path may hold a secret', async () => {
    const endpoint = {
      kind: 'webhook',
      id: 'ep_1',
      url: 'https://fire.example/hooks/s3cret',
      secrets: ['whsec_x'],
      drills: false,
    } as const;
    const delivery = {
      kind: 'delivery',
      id: 'd1',
      message: 'msg_1',
      order: 'wo_1',
      party: 'fire',
      street: null,
      type: 'order.dispatched',
      drill: false,
    } as const;
    const row = { ...delivery, endpoint, body: '{}', state: 'accepted', attempts: 1, createdAt: 0, nextAt: 0 } as const;
    const attempts = [{ delivery: 'd1', number: 1, at: 5, took: 12, outcome: { kind: 'accepted', status: 204 } }] as const;
    const { api } = await apiOf({ order: () => ({ order: orderOf(), deliveries: [{ delivery: row, attempts }], receipts: [] }) });
    const answer = await api.inject('/api/v1/orders/wo_1');
    expect(answer.json().deliveries).toMatchObject([
      { webhookId: 'msg_1', to: 'https://fire.example', state: 'accepted', attempts: [{ tookMs: 12 }] },
    ]);
    expect(answer.body).not.toContain('s3cret');
    expect(answer.body).not.toContain('whsec_');
  });
});

describe('headers', () => {
  it('forbid framing and sniffing, and do not name the framework', async () => {
    const { api } = await apiOf();
    const { headers } = await api.inject('/api/v1/orders');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

describe('for whoever keeps it running', () => {
  it('/healthz answers, /readyz says what is not ready', async () => {
    const { api } = await apiOf({ notReady: () => ['mqtt-paused'] });
    expect((await api.inject('/healthz')).statusCode).toBe(200);
    const answer = await api.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not-ready', notReady: ['mqtt-paused'] });
    expect((await (await apiOf()).api.inject('/readyz')).json()).toEqual({ status: 'ready', notReady: [] });
  });

  it('/metrics speaks the text format of Prometheus', async () => {
    const { api } = await apiOf();
    const answer = await api.inject('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(answer.body).toContain('maibo_readings_total 1');
  });

  it('every request is told, by pattern and not by address', async () => {
    const { api, emitted } = await apiOf();
    await api.inject('/api/v1/orders/wo_17');
    await api.inject('/wp-login.php');
    const told = emitted.flatMap((event) =>
      event.name === 'api.request-finished' ? [`${event.method} ${event.route} ${event.status}`] : [],
    );
    expect(told).toEqual(['GET /api/v1/orders/:id 404', 'GET none 404']);
  });
});

describe('OpenAPI', () => {
  it('describes every route under /api, each with a summary in both languages', async () => {
    const { api } = await apiOf();
    const described = (await api.inject('/openapi.json')).json<{
      openapi: string;
      paths: Record<string, Record<string, { summary?: string }>>;
    }>();
    expect(described.openapi).toMatch(/^3\.1/);
    const routes = printed(api.printRoutes({ commonPrefix: false, includeHooks: false }));
    expect(routes.length).toBeGreaterThan(12);
    for (const { url, method } of routes) {
      const operation = described.paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(operation?.summary, `${method} ${url}`).toMatch(/[A-Za-z].*·.*[\u4e00-\u9fff]/);
    }
  });

  it('has a page to read it on', async () => {
    const { api } = await apiOf();
    const page = await api.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/<script>/);
  });
});

/** Reads fastify's own list, so that a route which forgot its description is found. */
function printed(tree: string): { url: string; method: string }[] {
  const found: { url: string; method: string }[] = [];
  const stack: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (match === null) continue;
    const depth = (match[1] as string).length / 4;
    stack.length = depth;
    stack.push(match[2] as string);
    const url = stack.join('');
    if (!url.startsWith('/api/')) continue;
    for (const method of (match[3] ?? '').split(', ')) if (method !== '' && method !== 'HEAD') found.push({ url, method });
  }
  return found;
}
