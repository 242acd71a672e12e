import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './until.ts';
import { XuhuiServer, type ApiBody } from './xuhui-server.ts';

/*
 * Everything that the server knows survives `kill -9`: windows, holds, latches, orders, receipts, what was seen, and the
 * outbox. Seen from outside only: what the API answered before must be what it answers after.
 */
const MINUTE = 60_000;

interface View {
  readonly signs: unknown;
  readonly standings: readonly unknown[];
  readonly alerts: unknown;
  readonly orders: unknown;
  readonly order: unknown;
  readonly sensors: unknown;
  readonly rejections: unknown;
}

describe('after kill -9', () => {
  let server: XuhuiServer;
  let now: number;
  let order: string;
  let before: View;

  const read = async (sensor: string, values: object, ago = 0, more: object = {}): Promise<void> => {
    const answer = await server.post('/api/v1/readings', [{ sensor, at: now - ago, values, ...more }]);
    expect(answer).toMatchObject({ status: 200, body: { rejections: [] } });
  };
  const standing = async (sign: string, key: string): Promise<unknown> => {
    const { body } = await server.get(`/api/v1/signs/${sign}`);
    return body.standings.find((one) => one.key === key);
  };
  const view = async (): Promise<View> => {
    const { body: signs } = await server.get('/api/v1/signs');
    const ids = ['smoke-alarm', 'smoke-alarm-confirmed', 'venue-occupancy', 'rainfall-1h', 'crowd-surge-rate'];
    const standings = await Promise.all(ids.map(async (id) => (await server.get(`/api/v1/signs/${id}`)).body));
    const lists = ['alerts', 'orders', 'sensors?limit=500', 'rejections'].map(async (list) => (await server.get(`/api/v1/${list}`)).body);
    const [alerts, orders, sensors, rejections] = await Promise.all(lists);
    // The outbox goes on by itself; it is looked at on its own.
    const { deliveries: _, ...rest } = (await server.get(`/api/v1/orders/${order}`)).body;
    return { signs, standings, alerts, orders, order: rest, sensors, rejections };
  };
  const deliveriesTo = async (party: string): Promise<ApiBody['deliveries']> => {
    const { body } = await server.get(`/api/v1/orders/${order}`);
    return body.deliveries.filter((one) => one.party === party && one.to.startsWith('http'));
  };

  beforeAll(async () => {
    server = await XuhuiServer.start();
    now = Date.now();
    server.receivers.police.status = 503;
    // A fire whose alarms have gone quiet after more than a minute: latched, its order accepted by one and not by the others.
    for (const sensor of ['smoke-wukang-01', 'smoke-wukang-02']) await read(sensor, { smoke: 1 }, 90_000);
    await read('smoke-wukang-01', { smoke: 0 }, 1_000);
    order = (await server.get('/api/v1/orders')).body.items[0]?.id ?? '';
    await server.post(`/api/v1/orders/${order}/receipts`, { party: 'fire', state: 'accepted', by: '赵队', id: 'f1' });
    // A window three quarters of the way to blue, a hold that began a minute ago, a reading that was seen.
    for (const ago of [30, 20, 10]) await read('rain-hunan-01', { rain: 10 }, ago * MINUTE);
    await read('people-iapm-01', { people: 11_000 }, 2.5 * MINUTE);
    await read('rain-xietu-01', { rain: 0.2 }, 0, { seq: 5 });
    await server.post('/api/v1/readings', [{ sensor: 'rain-xietu-01', values: {} }]);
    // A visit that police missed.
    await until('a first try at police', () => server.receivers.police.of(order)[0]);
    for (const party of ['fire', 'street']) {
      // On disk, not only sent: what was accepted and not yet noted may come again, under the same id.
      await until(`everything at ${party}`, async () => (await deliveriesTo(party)).every(({ state }) => state === 'accepted'));
    }
    // Readings of half an hour ago are late ones: that is told a moment later.
    await until('the lag to be seen', async () =>
      JSON.stringify(await standing('telemetry-lag', 'district:xuhui')).includes('"pending":"red"'),
    );
    before = await view();
    await server.kill('SIGKILL');
    await server.restart();
  });
  afterAll(() => server.remove());

  it('there was something to lose', async () => {
    expect(before.orders).toMatchObject({
      items: [{ state: 'open', assignments: [{ party: 'fire', state: 'accepted' }, { state: 'dispatched' }, { state: 'dispatched' }] }],
    });
    expect(before.alerts).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ rule: 'smoke-alarm', state: 'firing', latched: true })]),
    });
    expect(before.alerts).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ rule: 'venue-occupancy', state: 'pending', level: 'orange' })]),
    });
    expect(before.rejections).toMatchObject({ items: [{ code: 'schema' }] });
  });

  it.each(['signs', 'standings', 'alerts', 'orders', 'order', 'sensors', 'rejections'] as const)('%s are as they were', async (what) => {
    expect((await view())[what]).toEqual(before[what]);
  });

  it('a receipt that was taken is known, and the next step goes on from it', async () => {
    const receipts = `/api/v1/orders/${order}/receipts`;
    expect(await server.post(receipts, { party: 'fire', state: 'accepted', id: 'f1' })).toMatchObject({
      status: 200,
      body: { result: 'repeated' },
    });
    expect(await server.post(receipts, { party: 'fire', state: 'accepted', id: 'f2' })).toMatchObject({ status: 409 });
    expect(await server.post(receipts, { party: 'fire', state: 'on-site', id: 'f3' })).toMatchObject({ status: 201 });
  });

  it('a reading that was seen is a duplicate', async () => {
    const answer = await server.post('/api/v1/readings', [{ sensor: 'rain-xietu-01', at: now, seq: 5, values: { rain: 0.2 } }]);
    expect(answer.body).toMatchObject({ readings: 0, duplicates: 1 });
  });

  it('the window still holds the rain of half an hour ago', async () => {
    await read('rain-hunan-01', { rain: 6 });
    expect(await standing('rainfall-1h', 'sensor:rain-hunan-01')).toMatchObject({ value: 36, level: 'blue' });
  });

  it('what police missed arrives under the same webhook-id, once their system is back', async () => {
    const missed = server.receivers.police.of(order)[0];
    server.receivers.police.status = 204;
    await until('everything at police', async () => (await deliveriesTo('police')).every(({ state }) => state === 'accepted'), 20_000);
    const arrived = server.receivers.police.of(order);
    expect(arrived[0]).toEqual(missed);
    expect(arrived.map(({ webhookId }) => webhookId).sort()).toEqual(
      (await deliveriesTo('police')).map(({ webhookId }) => webhookId).sort(),
    );
    const tries = server.receivers.police.arrivals.filter(({ webhookId }) => webhookId === missed?.webhookId);
    expect(tries.length).toBeGreaterThan(1);
    expect(tries.every(({ verified }) => verified)).toBe(true);
  });

  it('what was delivered is not delivered again', () => {
    for (const party of ['fire', 'street'] as const) {
      const { arrivals } = server.receivers[party];
      expect(new Set(arrivals.map(({ webhookId }) => webhookId)).size, party).toBe(arrivals.length);
    }
  });

  it('the hold goes on from where it began, not from the restart', async () => {
    // Three minutes after it began, two and a half of them before the restart.
    await until(
      'the hold to end',
      async () => ((await standing('venue-occupancy', 'place:iapm')) as { readonly level: string } | undefined)?.level === 'orange',
      60_000,
    );
    const fired = await until('its alert', async () => {
      const { body } = await server.get('/api/v1/alerts?rule=venue-occupancy');
      const items = body.items as unknown as readonly { since: string; firedAt: string | null; subject: { place: string } }[];
      return items.find(({ firedAt, subject }) => firedAt !== null && subject.place === 'iapm');
    });
    expect(Date.parse(fired.firedAt ?? '') - Date.parse(fired.since)).toBe(3 * MINUTE);
  });

  it('the latch lets go when the order is closed, and an ordered stop and start changes nothing either', async () => {
    for (const party of ['fire', 'police', 'street']) {
      expect(await server.post(`/api/v1/orders/${order}/receipts`, { party, state: 'resolved', by: party })).toMatchObject({ status: 201 });
    }
    // The other detector still says smoke: it is over when a person says so.
    expect((await server.get(`/api/v1/orders/${order}`)).body.state).toBe('resolved');
    expect(await server.post(`/api/v1/orders/${order}/commands`, { do: 'verify', by: '李值班' })).toMatchObject({ status: 201 });
    expect((await server.get(`/api/v1/orders/${order}`)).body.state).toBe('closed');
    before = await view();
    expect(await server.kill('SIGTERM')).toBe(0);
    await server.restart();
    expect(await view()).toEqual(before);
    const { body } = await server.get('/api/v1/alerts?rule=smoke-alarm&limit=500');
    const latched = body.items.filter((one) => one.subject.sensor === 'smoke-wukang-01');
    expect(latched).toMatchObject([{ state: 'resolved', latched: false }]);
  });
});
