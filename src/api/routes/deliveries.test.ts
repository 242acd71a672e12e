import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../model/delivery.ts';
import type { DeliveryQuery, EndpointView, ReplayAsked } from '../ports.ts';
import { apiOf, as, tokenOf, TOKENS } from '../test-rig.ts';

const AT = Date.parse('2026-11-23T00:00:00.000Z');
const delivery: Delivery = {
  kind: 'delivery',
  id: 'msg_1@ep_1',
  message: 'msg_1',
  order: 'wo_1',
  party: 'fire',
  street: null,
  type: 'order.dispatched',
  drill: false,
  endpoint: { kind: 'webhook', id: 'ep_1', url: 'https://fire.example/a-secret-path?key=1', secrets: ['whsec_U0VDUkVU'], drills: false },
  body: '{"hidden":true}',
  state: 'parked',
  attempts: 1,
  createdAt: AT,
  nextAt: AT,
  replays: [{ at: AT + 5, by: 'duty' }],
};
const endpoint: EndpointView = {
  id: 'ep_1',
  kind: 'webhook',
  to: 'https://fire.example',
  serves: [{ party: 'fire', street: null }],
  configured: true,
  waiting: 2,
  underWay: 1,
  parked: 3,
  down: true,
  downSince: AT,
  lastSuccess: null,
  lastFailure: { at: AT + 1, reason: 'time-out', status: null },
};

describe('GET /api/v1/deliveries and /api/v1/endpoints', () => {
  it('lists deliveries with why they stand there in both languages, and without path, secret or body', async () => {
    const asked: DeliveryQuery[] = [];
    const last = {
      delivery: delivery.id,
      number: 1,
      at: AT,
      took: 12,
      outcome: { kind: 'refused', reason: 'http-401', status: 401 },
    } as const;
    const { api } = await apiOf({
      deliveries: (query) => {
        asked.push(query);
        return { items: [{ delivery, last }], next: 'c' };
      },
    });
    const answer = await api.inject('/api/v1/deliveries?state=parked&endpoint=ep_1&limit=7');
    expect(asked).toEqual([{ state: 'parked', endpoint: 'ep_1', party: null, limit: 7, cursor: null }]);
    expect(answer.json()).toMatchObject({
      next: 'c',
      items: [
        {
          id: 'msg_1@ep_1',
          webhookId: 'msg_1',
          to: 'https://fire.example',
          state: 'parked',
          lastAttempt: { result: 'refused', status: 401, reason: { code: 'http-401', text: { zh: expect.stringContaining('401') } } },
          replays: [{ at: '2026-11-23T00:00:00.005Z', by: 'duty' }],
        },
      ],
    });
    for (const hidden of ['a-secret-path', 'U0VDUkVU', 'hidden']) expect(answer.body).not.toContain(hidden);
    expect((await api.inject('/api/v1/deliveries?state=lost')).statusCode).toBe(400);
  });

  it('lists endpoints with whom they serve and how they do', async () => {
    const { api } = await apiOf({
      endpoints: () => [endpoint],
      parties: () => [{ id: 'fire', title: { zh: '消防', en: 'Fire brigade' }, byStreet: false }] as never,
    });
    expect((await api.inject('/api/v1/endpoints')).json()).toMatchObject({
      items: [
        {
          to: 'https://fire.example',
          serves: [{ party: 'fire', street: null, title: { zh: '消防', en: 'Fire brigade' } }],
          downSince: '2026-11-23T00:00:00.000Z',
          lastSuccess: null,
          lastFailure: { reason: 'time-out', text: { zh: '限时内没有应答', en: 'No answer in time' } },
        },
      ],
    });
  });
});

describe('POST …/replay', () => {
  it('keeps who asked, by the token and not by the body', async () => {
    const asked: [string, ReplayAsked][] = [];
    const { api } = await apiOf(
      {
        replayDelivery: async (id, by) => {
          asked.push([id, by]);
          return { kind: 'replayed', delivery: id, waiting: [id] };
        },
      },
      TOKENS,
    );
    const post = (url: string, payload?: object) =>
      api.inject({ method: 'POST', url, headers: as('operator'), ...(payload === undefined ? {} : { payload }) });
    expect((await post('/api/v1/deliveries/msg_1%40mqtt%3Aorders%2Ffire/replay')).json()).toEqual({
      id: 'msg_1@mqtt:orders/fire',
      result: 'replayed',
      waiting: ['msg_1@mqtt:orders/fire'],
    });
    await post('/api/v1/deliveries/m/replay', { evenIfOvertaken: true });
    expect(asked).toEqual([
      ['msg_1@mqtt:orders/fire', { by: 'the operator', evenIfOvertaken: false }],
      ['m', { by: 'the operator', evenIfOvertaken: true }],
    ]);
  });

  it('is not for a party’s own token', async () => {
    const own = { ...tokenOf('operator'), party: 'fire' };
    const { api } = await apiOf({}, [own]);
    const answer = await api.inject({ method: 'POST', url: '/api/v1/deliveries/m/replay', headers: as('operator') });
    expect(answer.json()).toMatchObject({ status: 403, code: 'api-forbidden' });
  });

  it.each([
    ['delivery-unknown', 404],
    ['delivery-not-parked', 409],
    ['delivery-order-over', 409],
    ['delivery-overtaken', 409],
  ] as const)('answers %s with %i', async (code, status) => {
    const { api } = await apiOf({ replayDelivery: async (id) => ({ kind: 'refused', delivery: id, code, detail: 'why' }) });
    const answer = await api.inject({ method: 'POST', url: '/api/v1/deliveries/m/replay' });
    expect(answer.json()).toMatchObject({ status, code: `api-${code}`, titleZh: expect.stringMatching(/[\u4e00-\u9fff]/) });
  });

  it('of a whole endpoint says which were sent and which were not, and why', async () => {
    const { api } = await apiOf({
      replayEndpoint: async () => [
        { kind: 'replayed', delivery: 'a', waiting: ['a'] },
        { kind: 'refused', delivery: 'b', code: 'delivery-order-over', detail: 'over' },
      ],
    });
    const answer = await api.inject({ method: 'POST', url: '/api/v1/endpoints/ep_1/replay', payload: {} });
    expect(answer.json()).toMatchObject({
      replayed: ['a'],
      refused: [{ delivery: 'b', code: 'api-delivery-order-over', title: { zh: '工单已结束，不再重投', en: 'The order is over' } }],
    });
  });
});
