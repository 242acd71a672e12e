import { describe, expect, it } from 'vitest';
import type { Explanation, KeyExplanation } from '../../model/explanation.ts';
import { alertOf, apiOf, as, TOKENS } from '../test-rig.ts';

const summary = { zh: '数值 4.9 cm，未到蓝色（≥ 5）', en: 'value 4.9 cm is short of blue (≥ 5)' };
const there = { exists: true, key: 'sensor:s1', asked: 's1', summary, heldBy: [], standing: null } as unknown as KeyExplanation;
const missing = (code: string): Explanation =>
  ({
    exists: false,
    key: null,
    asked: 'x',
    summary,
    why: { code, text: { zh: '没有', en: 'nothing is called x' } },
    keys: ['sensor:s1'],
  }) as unknown as Explanation;

describe('/api/v1/signs/{id}/explain', () => {
  it('hands the key on as it was written, and answers with the explanation and the alert that stands', async () => {
    const asked: unknown[] = [];
    const { api } = await apiOf({
      explainSign: (...question) => {
        asked.push(question);
        return { explanation: there, alert: alertOf() };
      },
    });
    const answer = await api.inject('/api/v1/signs/ponding/explain?key=place:a%2Fb');
    expect(asked).toEqual([['ponding', 'place:a/b']]);
    expect(answer.json()).toMatchObject({
      clock: 'wall',
      exists: true,
      key: 'sensor:s1',
      summary,
      alert: { id: 'al_1', since: '2026-11-23T00:00:00.000Z' },
    });
    const quiet = await apiOf({ explainSign: () => ({ explanation: there, alert: null }) });
    expect((await quiet.api.inject('/api/v1/signs/ponding/explain?key=s1')).json()).toMatchObject({ alert: null });
  });

  it('a key that may come is an answer; one that nothing could make is a problem with those that are there', async () => {
    const { api } = await apiOf({ explainSign: (_, key) => ({ explanation: missing(key), alert: null }) });
    const waiting = await api.inject('/api/v1/signs/ponding/explain?key=never-heard');
    expect([waiting.statusCode, waiting.json().exists]).toEqual([200, false]);
    expect((await api.inject('/api/v1/signs/ponding/explain?key=unknown-id')).json()).toMatchObject({
      status: 404,
      code: 'api-key-unknown',
      titleZh: '该体征没有此判断对象',
      detail: 'nothing is called x',
      keys: ['sensor:s1'],
    });
  });

  it.each([
    ['/api/v1/signs/none/explain?key=s1', 404, 'api-sign-unknown'],
    ['/api/v1/signs/ponding/explain', 400, 'api-request-invalid'],
    ['/api/v1/signs/ponding/explain?key=', 400, 'api-request-invalid'],
    [`/api/v1/signs/ponding/explain?key=${'x'.repeat(201)}`, 400, 'api-request-invalid'],
    ['/api/v1/alerts/al_none/explain', 404, 'api-alert-unknown'],
  ])('%s is answered with %i %s', async (url, status, code) => {
    const { api } = await apiOf();
    expect((await api.inject(url)).json()).toMatchObject({ status, code });
  });
});

describe('/api/v1/alerts/{id}/explain', () => {
  it('shows what was recorded, and how the rule stands now', async () => {
    const { api } = await apiOf({ explainAlert: () => ({ alert: alertOf(), summary, live: there }) });
    expect((await api.inject('/api/v1/alerts/al_1/explain')).json()).toMatchObject({
      clock: 'wall',
      summary,
      alert: { id: 'al_1', version: 1, peak: 'red', because: { zh: '烟' }, since: '2026-11-23T00:00:00.000Z', reset: null },
      live: { exists: true, key: 'sensor:s1' },
    });
  });
});

describe('both', () => {
  it('are for viewers, and for nobody without a token', async () => {
    const { api } = await apiOf(
      { explainSign: () => ({ explanation: there, alert: null }), explainAlert: () => ({ alert: alertOf(), summary, live: null }) },
      TOKENS,
    );
    for (const url of ['/api/v1/signs/ponding/explain?key=s1', '/api/v1/alerts/al_1/explain']) {
      expect((await api.inject(url)).statusCode).toBe(401);
      expect((await api.inject({ url, headers: as('viewer') })).statusCode).toBe(200);
    }
  });
});
