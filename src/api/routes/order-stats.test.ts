import { describe, expect, it } from 'vitest';
import { apiOf, as, statsGroupOf, TOKENS } from '../test-rig.ts';

const URL = '/api/v1/orders/stats';
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T00:00:00.000Z');

describe('GET /api/v1/orders/stats', () => {
  it('hands the question on, and answers with times in ms and titles in both languages', async () => {
    const asked: unknown[] = [];
    const fire = statsGroupOf('fire');
    const accept = { ...fire.steps.accept, count: 3, median: 60_000, p90: 90_000, p99: 95_000, waiting: 1, missed: 2, breached: 1 };
    const { api } = await apiOf({
      parties: () => [{ id: 'fire', title: { zh: '消防', en: 'Fire brigade' }, perStreet: false }],
      orderStats: async (query) => {
        asked.push(query);
        return {
          all: statsGroupOf(null, { orders: 6 }),
          groups: [{ ...fire, steps: { ...fire.steps, accept } }, statsGroupOf('gone')],
          leftOut: 4,
        };
      },
    });
    const answer = await api.inject(`${URL}?from=2026-11-01T00:00:00%2B08:00&to=2026-11-08T00:00:00Z&by=party&drills=only`);
    expect(asked).toEqual([
      { from: Date.parse('2026-10-31T16:00:00Z'), to: Date.parse('2026-11-08T00:00:00Z'), by: 'party', drills: true },
    ]);
    expect(answer.json()).toMatchObject({
      clock: 'wall',
      from: '2026-10-31T16:00:00.000Z',
      to: '2026-11-08T00:00:00.000Z',
      by: 'party',
      drills: 'only',
      leftOut: 4,
      all: { key: null, title: null, orders: 6 },
      groups: [
        { key: 'fire', title: { zh: '消防', en: 'Fire brigade' } },
        { key: 'gone', title: null },
      ],
    });
    const [group] = answer.json<{ groups: { steps: Record<string, unknown> }[] }>().groups;
    expect(group?.steps['accept']).toEqual({
      ...{ count: 3, medianMs: 60_000, p90Ms: 90_000, p99Ms: 95_000, exact: true, waiting: 1, missed: 2, breached: 1 },
    });
    expect(group?.steps['deliver']).toMatchObject({ count: 0, medianMs: null, breached: null });
  });

  it('asks by party, without drills, to now, where nothing is said', async () => {
    const asked: unknown[] = [];
    const { api } = await apiOf({
      orderStats: async (query) => {
        asked.push(query);
        return { all: statsGroupOf(null), groups: [], leftOut: 0 };
      },
    });
    expect((await api.inject(URL)).statusCode).toBe(200);
    expect(asked).toEqual([{ from: NOW - DAY, to: NOW, by: 'party', drills: false }]);
  });

  it('takes a plus that nobody encoded', async () => {
    const { api } = await apiOf();
    const answer = await api.inject(`${URL}?from=2026-11-01T00:00:00+08:00`);
    expect(answer.json()).toMatchObject({ from: '2026-10-31T16:00:00.000Z' });
  });

  it.each([
    ['from=yesterday', 'from'],
    ['from=2026-02-30T00:00:00Z', 'from'],
    ['to=2026-11-01', 'to'],
    ['to=2026-11-01T00:00:00', 'to'],
    ['from=2026-11-08T00:00:00Z&to=2026-11-08T00:00:00Z', 'before'],
    ['by=sensor', 'by'],
    ['drills=all', 'drills'],
  ])('refuses %s, and says what to write', async (query, says) => {
    const { api } = await apiOf();
    const answer = await api.inject(`${URL}?${query}`);
    expect(answer.json()).toMatchObject({ status: 400, code: 'api-request-invalid', detail: expect.stringContaining(says) });
  });

  it('is for viewers, and is no order of that name', async () => {
    const { api } = await apiOf({}, TOKENS);
    expect((await api.inject(URL)).statusCode).toBe(401);
    expect((await api.inject({ url: URL, headers: as('viewer') })).json()).toMatchObject({ groups: [] });
  });

  it('stands in the OpenAPI document with its parameters and its answer', async () => {
    const { api } = await apiOf();
    const { paths } = (await api.inject('/openapi.json')).json<{
      paths: Record<string, { get: { parameters: { name: string }[]; responses: Record<string, unknown> } }>;
    }>();
    const { parameters, responses } = paths[URL]?.get ?? { parameters: [], responses: {} };
    expect(parameters.map(({ name }) => name).sort()).toEqual(['by', 'drills', 'from', 'to']);
    expect(JSON.stringify(responses['200'])).toContain('medianMs');
  });
});
