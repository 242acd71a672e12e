import { describe, expect, it } from 'vitest';
import type { Drill, Silence } from '../../model/silence.ts';
import type { CommandDraft } from '../ports.ts';
import { apiOf, as, TOKENS } from '../test-rig.ts';

const NOW = Date.parse('2026-11-23T00:00:00.000Z');

describe('commands to an order', () => {
  const post = async (payload: object, role: 'viewer' | 'operator' = 'operator') => {
    const sent: CommandDraft[] = [];
    const { api } = await apiOf(
      {
        commandOrder: async (order, draft) => {
          sent.push(draft);
          return { kind: 'done', order, id: draft.id ?? 'made' };
        },
      },
      TOKENS,
    );
    const answer = await api.inject({ method: 'POST', url: '/api/v1/orders/wo_1/commands', payload, headers: as(role) });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), sent };
  };

  it.each([
    [{ do: 'verify', by: 'Li' }, { do: 'verify' }],
    [{ do: 'return', by: 'Li', reason: 'still wet' }, { do: 'return' }],
    [{ do: 'cancel', by: 'Li', reason: 'false alarm', id: 'c7' }, { do: 'cancel' }],
    [
      { do: 'reassign', from: 'fire', to: 'gas', by: 'Li', reason: 'gas, not fire' },
      { do: 'reassign', from: 'fire', to: 'gas' },
    ],
  ])('%j is passed on with who it was, and by which token', async (payload, deed) => {
    const { status, sent } = await post(payload);
    expect(status).toBe(201);
    expect(sent).toEqual([
      {
        deed,
        by: 'Li (the operator)',
        reason: (payload as { reason?: string }).reason ?? null,
        id: (payload as { id?: string }).id ?? null,
      },
    ]);
  });

  it.each([
    [{ do: 'cancel', by: 'Li' }, 'Say why: "reason" is needed to cancel an order.'],
    [{ do: 'reassign', by: 'Li', reason: 'x', from: 'fire' }, 'Say which party hands over ("from") and which takes it ("to").'],
  ])('%j is refused with a sentence', async (payload, detail) => {
    const { status, body, sent } = await post(payload);
    expect([status, body['code'], body['detail'], sent]).toEqual([400, 'api-request-invalid', detail, []]);
  });

  it('a deed that nobody knows, or that has no name to it, is refused', async () => {
    expect((await post({ do: 'burn', by: 'Li' })).status).toBe(400);
    expect((await post({ do: 'verify' })).status).toBe(400);
    expect((await post({ do: 'verify', by: 'Li' }, 'viewer')).status).toBe(403);
  });

  it('what the order does not allow is told with what it does', async () => {
    const { api } = await apiOf({
      commandOrder: async () => ({
        kind: 'refused',
        code: 'command-not-allowed',
        allowed: ['cancel'],
        detail: 'Order wo_1 is open.',
        id: 'c',
      }),
    });
    const answer = await api.inject({ method: 'POST', url: '/api/v1/orders/wo_1/commands', payload: { do: 'verify', by: 'Li' } });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'api-command-not-allowed', allowed: ['cancel'], detail: 'Order wo_1 is open.' });
  });
});

describe('silences', () => {
  const WELL = { match: { kind: 'noise', place: 'mall' }, until: '2026-11-23T02:00:00Z', by: 'Li', reason: 'works' };
  const post = async (payload: object) => {
    const sent: Omit<Silence, 'id' | 'kind'>[] = [];
    const { api } = await apiOf({
      silence: async (draft) => {
        sent.push(draft);
        return { kind: 'silence', id: 'si_1', ...draft };
      },
    });
    const answer = await api.inject({ method: 'POST', url: '/api/v1/silences', payload });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), sent };
  };

  it('begin now unless they say when, and are shown as they were sent', async () => {
    const { status, body, sent } = await post(WELL);
    expect(status).toBe(201);
    expect(sent).toEqual([
      {
        sort: 'silence',
        match: { sort: 'noise', place: 'mall' },
        from: NOW,
        until: NOW + 7_200_000,
        by: 'Li',
        reason: 'works',
        lifeSafety: false,
      },
    ]);
    expect(body).toMatchObject({ id: 'si_1', match: { kind: 'noise', place: 'mall' }, from: '2026-11-23T00:00:00.000Z' });
  });

  it.each([
    [{ match: {} }, 400],
    [{ match: { sensor: 'x' } }, 400],
    [{ until: '2026-11-22T00:00:00Z' }, 'A silence must end after it begins, and in the future.'],
    [{ until: '2027-11-22T00:00:00Z' }, 'A silence lasts 30 days at most; say it again when it is over.'],
    [{ until: '2026-11-23T05:00:00Z', lifeSafety: true }, 'Where life depends on it a silence lasts 4 hours at most.'],
    [{ until: 'tomorrow' }, 400],
    [{ reason: '' }, 400],
    [{ reason: ' \n ' }, 'reason must say something, and hold no control characters.'],
    [{ by: 'Li\u001b[2J' }, 'by must say something, and hold no control characters.'],
  ])('%j is refused', async (over, why) => {
    const { status, body, sent } = await post({ ...WELL, ...over });
    expect([status, sent]).toEqual([400, []]);
    if (typeof why === 'string') expect(body['detail']).toBe(why);
  });

  it('with a misspelt member are refused, and the name that was meant is said: it would hush more than was meant', async () => {
    const misspelt = await post({ ...WELL, match: { street: '310104003', plcae: 'iapm' } });
    expect([misspelt.status, misspelt.sent]).toEqual([400, []]);
    expect(misspelt.body).toMatchObject({
      code: 'api-request-invalid',
      pointer: '/match/plcae',
      detail: 'There is no "plcae" here (did you mean "place"?); there is rule, kind, place, street, key.',
    });
    expect((await post({ ...WELL, lifesafety: true })).body).toMatchObject({
      pointer: '/lifesafety',
      detail: expect.stringContaining('"lifeSafety"') as string,
    });
    expect((await post({ ...WELL, by: 7_000_000, until: 'soon' })).body).toMatchObject({ status: 400, pointer: '/until' });
  });

  it('may be given a reason of several lines, in any script', async () => {
    expect((await post({ ...WELL, by: '王工 🔧', reason: '检修：\n\t1 号泵' })).status).toBe(201);
  });

  it('are ended by somebody', async () => {
    const ended: string[][] = [];
    const { api } = await apiOf({ endSilence: async (id, by) => ended.push([id, by]) === 1 });
    const end = (url: string) => api.inject({ method: 'DELETE', url });
    expect((await end('/api/v1/silences/si_1')).statusCode).toBe(400);
    for (const by of ['%20', '%1b[2J']) expect((await end(`/api/v1/silences/si_1?by=${by}`)).statusCode).toBe(400);
    expect((await end('/api/v1/silences/si_1?by=Li')).statusCode).toBe(200);
    expect((await end('/api/v1/silences/si_1?by=Li')).json()).toMatchObject({ code: 'api-silence-unknown' });
    expect(ended).toEqual([
      ['si_1', 'Li'],
      ['si_1', 'Li'],
    ]);
  });
});

describe('exercises', () => {
  it('last an hour unless they say how long, and are refused where nothing could be raised', async () => {
    const sent: Omit<Drill, 'id' | 'kind'>[] = [];
    const { api } = await apiOf({
      beginDrill: async (draft) => {
        sent.push(draft);
        return draft.place === 'mall' ? { kind: 'drill', id: 'dr_1', ...draft } : null;
      },
    });
    const drill = { rule: 'smoke-alarm', place: 'mall', level: 'red', by: 'Li', reason: 'autumn' };
    const begun = await api.inject({ method: 'POST', url: '/api/v1/drills', payload: drill });
    expect(begun.json()).toMatchObject({ id: 'dr_1', until: '2026-11-23T01:00:00.000Z' });
    const nowhere = await api.inject({ method: 'POST', url: '/api/v1/drills', payload: { ...drill, place: 'moon', minutes: 5 } });
    expect([nowhere.statusCode, nowhere.json<{ code: string }>().code]).toEqual([422, 'api-drill-impossible']);
    expect(sent.map(({ until }) => until - NOW)).toEqual([3_600_000, 300_000]);
  });

  it('that last are listed with who began them, and why', async () => {
    const drill: Drill = { kind: 'drill', id: 'dr_1', rule: 'smoke', place: 'mall', level: 'red', until: NOW, by: 'Li', reason: 'autumn' };
    const { api } = await apiOf({ drills: () => [drill] });
    const { kind: _, ...shown } = { ...drill, until: '2026-11-23T00:00:00.000Z' };
    expect((await api.inject('/api/v1/drills')).json()).toEqual({ items: [shown], next: null });
  });
});

it.each([
  ['orders/wo_1/commands', { do: 'verify', by: 'Li', reson: 'x' }, '/reson', '"reason"'],
  ['drills', { rule: 'r', place: 'p', level: 'red', by: 'Li', reason: 'x', minuts: 5 }, '/minuts', '"minutes"'],
  ['alerts/al_1/reset', { by: 'Li', not: 'x' }, '/not', '"note"'],
  ['orders/wo_1/receipts', { party: 'fire', state: 'accepted', nte: 'x' }, '/nte', '"note"'],
])('%s with a misspelt member is refused with its place and the name that was meant', async (path, payload, pointer, meant) => {
  let reached = false;
  const reach = async (): Promise<never> => {
    reached = true;
    throw new Error('reached');
  };
  const { api } = await apiOf({ commandOrder: reach, beginDrill: reach, submitReceipt: reach, resetAlert: reach });
  const answer = await api.inject({ method: 'POST', url: `/api/v1/${path}`, payload });
  expect([answer.statusCode, reached]).toEqual([400, false]);
  expect(answer.json()).toMatchObject({ pointer, detail: expect.stringContaining(`did you mean ${meant}?`) as string });
});
