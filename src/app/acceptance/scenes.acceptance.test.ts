import { createHash } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../ingest/log-in.ts';
import { CLIENTS_ABSENT, hasClients, publish, Subscriber } from './mosquitto-clients.ts';
import { until } from './until.ts';
import { serveToEnd, XuhuiServer, type PartyName } from './xuhui-server.ts';

/*
 * The scenes of the first landing, played on the real server from outside: plain mosquitto_pub in, signed webhooks out,
 * receipts back. `npm test` builds dist/ first.
 */
const PARTIES: readonly PartyName[] = ['fire', 'police', 'street'];
const absent = !hasClients();

describe.skipIf(absent)(`scenes at an open door${absent ? ` (${CLIENTS_ABSENT})` : ''}`, () => {
  let server: XuhuiServer;
  let subscriber: Subscriber;
  const send = (topic: string, message: unknown): Promise<number | null> =>
    publish({ port: server.mqttPort, topic, message: typeof message === 'string' ? message : JSON.stringify(message) });

  beforeAll(async () => {
    server = await XuhuiServer.start();
    subscriber = new Subscriber(server.mqttPort, 'orders/#');
  });
  afterAll(async () => {
    await subscriber.close();
    await server.remove();
  });

  it('two smoke alarms at one place: fire, police and street office have the confirmed fire within a second, signed', async () => {
    expect(await send('city/gw-01/smoke-iapm-01', { values: { smoke: 1 } })).toBe(0);
    const began = performance.now();
    expect(await send('city/gw-01/smoke-iapm-02', { values: { smoke: 1 } })).toBe(0);
    const arrived = await Promise.all(
      PARTIES.map((party) =>
        until(`confirmed fire at ${party}`, () =>
          server.receivers[party].arrivals.find(({ body }) => body.data.order.alerts.some(({ rule }) => rule === 'smoke-alarm-confirmed')),
        ),
      ),
    );
    for (const [i, { at, verified, body }] of arrived.entries()) {
      expect(verified).toBe(true);
      expect(at - began).toBeLessThan(1_000);
      expect(body.data.order).toMatchObject({ level: 'red', drill: false, place: { id: 'iapm', street: '310104003', crs: 'WGS84' } });
      expect(body.data.assignment).toMatchObject({ party: PARTIES[i], role: i === 0 ? 'lead' : 'support', state: 'dispatched' });
    }
    expect(new Set(arrived.map(({ body }) => body.data.order.id)).size).toBe(1);
    // The first word of each was the dispatch, and every message has an id of its own.
    for (const party of PARTIES) {
      const { arrivals } = server.receivers[party];
      expect(arrivals[0]?.body.type).toBe('order.dispatched');
      expect(new Set(arrivals.map(({ webhookId }) => webhookId)).size).toBe(arrivals.length);
    }
  });

  it('who listens on orders/# gets the very same bodies', async () => {
    const { arrivals } = server.receivers.fire;
    for (const { text } of arrivals)
      await until('the same on orders/fire', () => subscriber.heard.some((one) => one.topic === 'orders/fire' && one.text === text));
    const { text } = server.receivers.street.arrivals[0] ?? { text: '' };
    for (const topic of ['orders/street', 'orders/street/310104003'])
      await until(topic, () => subscriber.heard.some((one) => one.topic === topic && one.text === text));
  });

  it('a crowd above the capacity of the Wukang geofence: one order for police and street, answered over both doors, closed, the whole trail kept', async () => {
    const started = Date.now();
    for (const people of [2_900, 3_100, 3_250, 3_400]) expect(await send('city/gw-02/people-wukang-01', { values: { people } })).toBe(0);
    const dispatch = await until('the crowd at police', () =>
      server.receivers.police.arrivals.find(({ body }) => body.data.order.place.id === 'wukang-building'),
    );
    const { id } = dispatch.body.data.order;
    await until('the crowd at the street office', () => server.receivers.street.of(id)[0]);
    expect(dispatch.body.data.order.alerts.map(({ rule }) => rule)).toEqual(['venue-occupancy']);
    expect(server.receivers.fire.of(id)).toEqual([]);

    const receipts = `/api/v1/orders/${id}/receipts`;
    const lead = { party: 'police', by: '王警官' };
    expect(await server.post(receipts, { ...lead, state: 'accepted', id: 'p1' })).toMatchObject({
      status: 201,
      body: { result: 'moved', state: 'accepted' },
    });
    expect(await server.post(receipts, { ...lead, state: 'accepted', id: 'p1' })).toMatchObject({
      status: 200,
      body: { result: 'repeated' },
    });
    expect(await server.post(receipts, { ...lead, state: 'on-site', id: 'p2' })).toMatchObject({ status: 201 });
    const backwards = await server.post(receipts, { ...lead, state: 'accepted', id: 'p3' });
    expect(backwards).toMatchObject({ status: 409, body: { code: 'api-step-not-allowed', allowed: ['resolved'] } });
    expect(await server.post(receipts, { party: 'fire', state: 'accepted' })).toMatchObject({
      status: 409,
      body: { code: 'api-party-unknown' },
    });
    for (const [n, state] of ['accepted', 'on-site', 'resolved', 'resolved'].entries()) {
      expect(await send(`orders/${id}/receipts`, { party: 'street', state, by: '李主任', id: `s${Math.min(n, 2)}` })).toBe(0);
    }
    expect((await server.get(`/api/v1/orders/${id}`)).body.state).toBe('open');
    expect(await server.post(receipts, { ...lead, state: 'resolved', id: 'p4', note: '人流已疏散' })).toMatchObject({ status: 201 });

    // The crowd is still there, as far as the counters know: a person has to say that it is over.
    expect((await server.get(`/api/v1/orders/${id}`)).body.state).toBe('resolved');
    const verify = { do: 'verify', by: '李值班', id: 'v1' };
    expect(await server.post(`/api/v1/orders/${id}/commands`, verify)).toMatchObject({ status: 201, body: { result: 'done' } });
    expect(await server.post(`/api/v1/orders/${id}/commands`, verify)).toMatchObject({ status: 200, body: { result: 'repeated' } });

    const { body: order } = await server.get(`/api/v1/orders/${id}`);
    expect(order).toMatchObject({ state: 'closed', level: 'red', clock: 'wall', drill: false, attention: [] });
    expect(order.assignments.map((one) => `${one.party} ${one.state}`)).toEqual(['police resolved', 'street resolved']);
    expect(order.trail.map((one) => [one.what, one.party, one.state, one.door].filter((part) => part !== null).join(' '))).toEqual([
      'order.dispatched police dispatched engine',
      'order.dispatched street dispatched engine',
      'order.receipt police accepted http',
      'order.receipt police on-site http',
      'order.receipt street accepted mqtt',
      'order.receipt street on-site mqtt',
      'order.receipt street resolved mqtt',
      'order.receipt police resolved http',
      'order.verified engine',
      'order.closed engine',
    ]);
    const times = order.trail.map((one) => Date.parse(one.at));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times[0]).toBeGreaterThanOrEqual(started - 1_000);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
    expect(order.receipts.map((one) => one.id)).toEqual(['p1', 'p2', 's0', 's1', 's2', 'p4']);
    for (const party of ['police', 'street'] as const) {
      const closed = await until(`order.closed at ${party}`, () =>
        server.receivers[party].of(id).find(({ body }) => body.type === 'order.closed'),
      );
      expect(closed.verified).toBe(true);
    }
    const { body: list } = await server.get('/api/v1/orders?party=police&street=310104004');
    expect(list.items.map((one) => one.id)).toEqual([id]);
    expect(await server.post(receipts, { ...lead, state: 'accepted', id: 'p9' })).toMatchObject({ status: 409, body: { allowed: [] } });
  });

  it('readings of maintenance never alert, repeated ones count once', async () => {
    const alerts = async (): Promise<number> => (await server.get('/api/v1/alerts')).body.items.length;
    const [before, duplicates, readings] = [
      await alerts(),
      await server.counter('maibo_duplicates_total'),
      await server.counter('maibo_readings_total'),
    ];
    for (const sensor of ['smoke-stadium-01', 'smoke-stadium-02'])
      expect(await send(`city/gw-03/${sensor}`, { test: true, values: { smoke: 1 } })).toBe(0);
    const reading = { at: Date.now(), seq: 17, values: { rain: 0.2, battery: 80 } };
    for (let i = 0; i < 3; i += 1) expect(await send('city/gw-03/rain-hunan-01', reading)).toBe(0);
    expect(await server.counter('maibo_duplicates_total')).toBe(duplicates + 2);
    expect(await server.counter('maibo_readings_total')).toBe(readings + 2);
    expect(await alerts()).toBe(before);
  });

  it('what is no reading is acknowledged, kept with its reason, its place and its bytes, and harms nothing beside it', async () => {
    const readings = await server.counter('maibo_readings_total');
    const bad: [string, unknown, string, string][] = [
      ['city/gw-04/rain-xietu-01', { at: Date.now() + 600_000, values: { rain: 1 } }, 'time-future', '/at'],
      ['city/gw-04/rain-xietu-01', { at: '2026-11-23 08:00', values: { rain: 1 } }, 'time-invalid', '/at'],
      ['city/gw-04/rain-xietu-01', '{"values": {"rain": ', 'json-invalid', ''],
      ['city/gw-04/rain-xietu-01', '{"values": {"rain": 1}, "values": {"rain": 2}}', 'json-duplicate-key', '/values'],
      ['city/gw-04/rain-xietu-01', { values: { rain: null } }, 'schema', '/values/rain'],
      ['city/gw-04/rain-xietu-01/morse', '... --- ...', 'codec-unknown', ''],
      ['city/gw-04', { sensor: 'rain-xietu-01' }, 'schema', ''],
      ['city/gw-04', [], 'batch-size', ''],
      ['town/gw-04/rain-xietu-01', { values: { rain: 1 } }, 'topic-unknown', ''],
      ['orders/wo_none/receipts', { party: 'fire', state: 'accepted' }, 'receipt-refused', ''],
      ['orders/wo_none/receipts', { party: 'fire', state: 'asleep' }, 'schema', '/state'],
    ];
    for (const [topic, message] of bad) expect(await send(topic, message), topic).toBe(0);
    const batch = [
      { sensor: 'rain-xietu-01', values: { rain: 1 } },
      { sensor: 'rain-tianping-01', values: {} },
      { sensor: 'bad sensor', values: { rain: 1 } },
      { sensor: 'rain-hunan-01', values: { rain: 3 } },
    ];
    expect(await send('city/gw-04', batch)).toBe(0);
    const { body } = await server.get('/api/v1/rejections?limit=500');
    const kept = [...body.items].reverse();
    const told = kept.map((one) => `${one.topic} ${one.code} ${one.pointer}`);
    expect(told).toEqual([
      ...bad.map(([topic, , code, pointer]) => `${topic} ${code} ${pointer}`),
      'city/gw-04 schema /1/values',
      'city/gw-04 schema /2/sensor',
    ]);
    for (const [i, [, message]] of bad.entries()) {
      const bytes = typeof message === 'string' ? message : JSON.stringify(message);
      expect(Buffer.from(kept[i]?.sample ?? '', 'base64').toString()).toBe(bytes);
      expect(kept[i]?.title.zh).toMatch(/[\u4e00-\u9fff]/);
    }
    expect(await server.counter('maibo_readings_total')).toBe(readings + 2);
    expect(await server.counter('maibo_rejections_total{code="schema"}')).toBe(5);
    const { body: page } = await server.get('/api/v1/rejections?code=schema&limit=2');
    const { body: rest } = await server.get(`/api/v1/rejections?code=schema&limit=500&cursor=${page.next}`);
    expect(page.items.length + rest.items.length).toBe(5);
  });

  it('POST /api/v1/readings is the same door: it takes the same, refuses the same, and says so at once', async () => {
    const batch = [
      { sensor: 'rain-xietu-01', at: Date.now(), seq: 1, values: { rain: 1 } },
      { sensor: 'rain-xietu-01', at: Date.now() + 600_000, values: { rain: 1 } },
      { sensor: 'rain-xietu-01', values: { rain: 'x'.repeat(65) } },
      { sensor: 'smoke-stadium-01', test: true, values: { smoke: 1 } },
    ];
    const answer = await server.post('/api/v1/readings?gateway=gw-05', batch);
    expect(answer).toMatchObject({ status: 200, body: { readings: 1, tests: 1, duplicates: 0 } });
    expect(answer.body.rejections.map((one) => `${one.code} ${one.pointer}`)).toEqual(['schema /2/values/rain', 'time-future /1/at']);
    expect((await server.post('/api/v1/readings?gateway=gw-05', batch.slice(0, 1))).body).toMatchObject({ readings: 0, duplicates: 1 });
    expect(await server.post('/api/v1/readings', 'no array')).toMatchObject({
      status: 422,
      body: { code: 'api-readings-refused', rejections: [{ code: 'schema' }] },
    });
    for (const sensor of ['smoke-stadium-01', 'smoke-stadium-02'])
      await server.post('/api/v1/readings', [{ sensor, values: { smoke: 1 } }]);
    await until('the fire that came over HTTP', () =>
      server.receivers.fire.arrivals.find(({ body }) => body.data.order.place.id === 'shanghai-stadium'),
    );
  });

  it('signs, alerts and sensors show where the district stands, and the stream resumes where it was left', async () => {
    const { body: signs } = await server.get('/api/v1/signs');
    expect(signs.items.find((one) => one.id === 'smoke-alarm-confirmed')).toMatchObject({
      level: 'red',
      title: { zh: expect.any(String), en: expect.any(String) },
    });
    const { body: sign } = await server.get('/api/v1/signs/venue-occupancy');
    expect(sign.standings).toContainEqual(
      expect.objectContaining({ key: 'place:wukang-building', level: 'red', value: expect.closeTo(113.3, 1) }),
    );
    const { body: alerts } = await server.get('/api/v1/alerts?state=firing&rule=smoke-alarm-confirmed');
    expect(alerts.items.map((one) => one.subject.place ?? '').sort((a, b) => a.localeCompare(b))).toEqual(['iapm', 'shanghai-stadium']);
    const { body: sensors } = await server.get('/api/v1/sensors?place=wukang-building&state=talking');
    expect(sensors.items.map((one) => one.id)).toEqual(['people-wukang-01']);

    const first = await readStream(server.http, {}, () => send('city/gw-06/smoke-jianyeli-01', { values: { smoke: 1 } }));
    expect(first.map(({ event }) => event)).toEqual(['sign', 'alert', 'order']);
    const again = await readStream(server.http, { 'last-event-id': first[0]?.id ?? '' }, async () => undefined, 2);
    expect(again).toEqual(first.slice(1));
  });

  it('every signature was right', () => {
    for (const party of PARTIES) expect(server.receivers[party].arrivals.filter(({ verified }) => !verified)).toEqual([]);
  });
});

interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events while something is done. */
async function readStream(http: string, headers: Record<string, string>, act: () => Promise<unknown>, count = 3): Promise<StreamEvent[]> {
  const stop = new AbortController();
  const response = await fetch(`${http}/api/v1/events`, { headers, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]) });
  await act();
  const found: StreamEvent[] = [];
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      if (fields['event'] !== undefined) found.push({ id: fields['id'] ?? '', event: fields['event'], data: fields['data'] ?? '' });
    }
    if (found.length >= count) break;
  }
  stop.abort();
  return found;
}

describe.skipIf(absent)(`scenes at a closed door${absent ? ` (${CLIENTS_ABSENT})` : ''}`, () => {
  let server: XuhuiServer;
  beforeAll(async () => {
    const token = (name: string, role: string) => ({ name, role, hash: createHash('sha256').update(`secret-${name}`).digest('hex') });
    server = await XuhuiServer.start({
      security: 'closed',
      gateways: { 'gw-01': { passwordHash: await hashPassword('right') }, 'gw-02': { passwordHash: await hashPassword('other') } },
      parties: {
        fire: { mqtt: { passwordHash: await hashPassword('hose') } },
        police: { mqtt: { passwordHash: await hashPassword('badge') } },
      },
      tokens: [token('wall', 'viewer'), token('desk', 'operator'), { ...token('patrol', 'operator'), party: 'police' }],
    });
  });
  afterAll(() => server.remove());

  const bearer = (name: string): Record<string, string> => ({ authorization: `Bearer secret-${name}` });
  const login = (user: string, password: string, gateway = user): Promise<number | null> =>
    publish({ port: server.mqttPort, topic: `city/${gateway}/smoke-iapm-01`, message: '{"values":{"smoke":1}}', as: [user, password] });

  it('asks for a token, and for the right one', async () => {
    expect(await server.get('/api/v1/orders')).toMatchObject({ status: 401, body: { code: 'api-unauthorized' } });
    expect(await server.get('/api/v1/orders', { authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
    expect(await server.get('/api/v1/orders', bearer('wall'))).toMatchObject({ status: 200 });
  });

  it('asks for the gateway’s password, and lets it speak for itself only', async () => {
    expect(await publish({ port: server.mqttPort, topic: 'city/gw-01/smoke-iapm-01', message: '{}' })).not.toBe(0);
    expect(await login('gw-01', 'wrong')).not.toBe(0);
    expect(await login('nobody', 'right')).not.toBe(0);
    expect(await login('gw-02', 'other', 'gw-01')).not.toBe(0);
    expect((await server.get('/api/v1/orders', bearer('wall'))).body.items).toEqual([]);
    expect(await login('gw-01', 'right')).toBe(0);
  });

  it('lets a viewer look and not answer', async () => {
    const { body } = await until('the order', async () => {
      const answer = await server.get('/api/v1/orders', bearer('wall'));
      return answer.body.items.length === 1 ? answer : null;
    });
    const receipts = `/api/v1/orders/${body.items[0]?.id}/receipts`;
    const receipt = { party: 'fire', state: 'accepted' };
    expect(await server.post(receipts, receipt, bearer('wall'))).toMatchObject({ status: 403, body: { code: 'api-forbidden' } });
    expect(await server.post(receipts, receipt, bearer('desk'))).toMatchObject({ status: 201 });
    expect(await server.get('/api/v1/rejections', bearer('wall'))).toMatchObject({ status: 403 });
  });

  it('lets nobody answer for another party, by neither door', async () => {
    const { body } = await server.get('/api/v1/orders', bearer('wall'));
    const order = body.items[0]?.id as string;
    const answer = (as: readonly [string, string], party: string, state: string): Promise<number | null> =>
      publish({ port: server.mqttPort, topic: `orders/${order}/receipts`, message: JSON.stringify({ party, state }), as });
    expect(await answer(['gw-01', 'right'], 'fire', 'on-site')).not.toBe(0);
    expect(await answer(['police', 'badge'], 'fire', 'on-site')).toBe(0);
    expect(await answer(['police', 'badge'], 'police', 'accepted')).toBe(0);
    expect(await answer(['fire', 'hose'], 'fire', 'on-site')).toBe(0);
    const forged = { party: 'fire', state: 'resolved' };
    expect(await server.post(`/api/v1/orders/${order}/receipts`, forged, bearer('patrol'))).toMatchObject({ status: 403 });
    const { body: refused } = await server.get('/api/v1/rejections', bearer('desk'));
    expect(refused.items).toMatchObject([{ code: 'receipt-foreign', gateway: 'police', topic: `orders/${order}/receipts` }]);
    const { body: detail } = await server.get(`/api/v1/orders/${order}`, bearer('wall'));
    expect(detail.receipts).toMatchObject([
      { party: 'fire', state: 'accepted' },
      { party: 'police', state: 'accepted' },
      { party: 'fire', state: 'on-site' },
    ]);
  });
});

describe('a server that must not start says why in one sentence', () => {
  const sentence = (text: string): string[] => text.trim().split('\n');

  it.each(['MAIBO_HTTP_HOST', 'MAIBO_MQTT_HOST'])('%s=0.0.0.0 without gateways and tokens', async (name) => {
    const { code, out, err } = await serveToEnd({ [name]: '0.0.0.0' });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(sentence(err)).toEqual([expect.stringMatching(/^maibo: config-unsafe.*0\.0\.0\.0/)]);
  });

  it.each(['MAIBO_HTTP_PORT', 'MAIBO_MQTT_PORT'])('%s is taken', async (name) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await serveToEnd({ [name]: String(port), MAIBO_LOG_LEVEL: 'silent' });
    other.close();
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(sentence(err)).toEqual([expect.stringMatching(new RegExp(`^maibo: port-taken.*${port}.*${name}`))]);
  });

  it('an address that is none of this machine’s', async () => {
    const config = { tokens: [{ name: 'desk', role: 'operator', hash: createHash('sha256').update('secret').digest('hex') }] };
    const { code, err } = await serveToEnd({ MAIBO_HTTP_HOST: '192.0.2.1', MAIBO_LOG_LEVEL: 'silent' }, config);
    expect(code).toBe(1);
    expect(sentence(err)).toEqual([expect.stringMatching(/^maibo: address-unusable.*192\.0\.2\.1.*EADDRNOTAVAIL/)]);
  });
});
