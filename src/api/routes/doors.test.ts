import { describe, expect, it } from 'vitest';
import type { ReceiptAnswer } from '../ports.ts';
import { apiOf, rejectionOf } from '../test-rig.ts';

async function postReceipt(answer: ReceiptAnswer) {
  const asked: unknown[] = [];
  const { api } = await apiOf({
    submitReceipt: async (order, body) => {
      asked.push([order, body]);
      return answer;
    },
  });
  const payload = { party: 'fire', state: 'accepted', by: 7, id: 'r1' };
  return { asked, reply: await api.inject({ method: 'POST', url: '/api/v1/orders/wo_1/receipts', payload }) };
}

describe('POST /api/v1/orders/{id}/receipts', () => {
  it('hands the body on as it came: one judge decides for both doors', async () => {
    const { asked, reply } = await postReceipt({ kind: 'moved', state: 'accepted', order: 'wo_1', id: 'r1' });
    expect(asked).toEqual([['wo_1', { party: 'fire', state: 'accepted', by: 7, id: 'r1' }]]);
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toEqual({ id: 'r1', result: 'moved', order: 'wo_1', state: 'accepted' });
  });

  it('answers a repeat with 200', async () => {
    const { reply } = await postReceipt({ kind: 'repeated', order: 'wo_1', id: 'r1' });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toMatchObject({ result: 'repeated' });
  });

  it('answers a step that is not allowed with 409 and the ones that are', async () => {
    const { reply } = await postReceipt({
      kind: 'refused',
      code: 'step-not-allowed',
      allowed: ['resolved'],
      detail: 'only resolved may follow',
      id: 'r1',
    });
    expect(reply.json()).toMatchObject({ status: 409, code: 'api-step-not-allowed', allowed: ['resolved'], titleZh: '状态不允许此回执' });
  });

  it.each([
    ['order-unknown', 404],
    ['party-unknown', 409],
    ['receipt-id-reused', 409],
  ] as const)('answers %s with %i', async (code, status) => {
    const { reply } = await postReceipt({ kind: 'refused', code, allowed: [], detail: '', id: 'r1' });
    expect(reply.json()).toMatchObject({ status, code: `api-${code}` });
  });

  it('answers a body that is no receipt with the place of the fault', async () => {
    const { reply } = await postReceipt({ kind: 'invalid', pointer: '/by', detail: 'by is a string' });
    expect(reply.json()).toMatchObject({ status: 400, code: 'api-request-invalid', pointer: '/by', detail: 'by is a string' });
  });
});

describe('POST /api/v1/readings', () => {
  it('hands the very bytes to the decoder, whatever type they claim to have', async () => {
    const given: [string, string][] = [];
    const { api } = await apiOf({
      submitReadings: async (gateway, body) => {
        given.push([gateway, Buffer.from(body).toString()]);
        return { readings: 2, tests: 1, duplicates: 1, rejections: [] };
      },
    });
    for (const type of ['application/json', 'text/plain', 'application/x-ndjson', undefined]) {
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await api.inject({ method: 'POST', url: '/api/v1/readings?gateway=gw-7', payload: '[ {"a":1} ]', headers });
      expect(answer.json()).toEqual({ readings: 2, tests: 1, duplicates: 1, rejections: [] });
    }
    expect(given).toEqual(Array.from({ length: 4 }, () => ['gw-7', '[ {"a":1} ]']));
  });

  it('answers with every refusal, and with 422 when nothing was taken', async () => {
    const rejections = [rejectionOf({ pointer: '/1/values' })];
    const part = await (await apiOf({ submitReadings: async () => ({ readings: 1, tests: 0, duplicates: 0, rejections }) })).api.inject({
      method: 'POST',
      url: '/api/v1/readings',
      payload: '[]',
    });
    expect(part.statusCode).toBe(200);
    expect(part.json().rejections).toMatchObject([
      { code: 'schema', pointer: '/1/values', title: { zh: expect.any(String), en: expect.any(String) } },
    ]);
    const none = await (await apiOf({ submitReadings: async () => ({ readings: 0, tests: 0, duplicates: 0, rejections }) })).api.inject({
      method: 'POST',
      url: '/api/v1/readings',
      payload: '[]',
    });
    expect(none.json()).toMatchObject({ status: 422, code: 'api-readings-refused', rejections: [{ code: 'schema' }] });
  });

  it('takes up to 1 MiB', async () => {
    const { api } = await apiOf();
    const post = (length: number) => api.inject({ method: 'POST', url: '/api/v1/readings', payload: Buffer.alloc(length, 0x20) });
    expect((await post(1_048_576)).statusCode).toBe(200);
    expect((await post(1_048_577)).json()).toMatchObject({ status: 413, code: 'api-too-large' });
  });
});
