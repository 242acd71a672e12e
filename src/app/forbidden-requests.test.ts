import { describe, expect, it } from 'vitest';
import type { ForbiddenRequest } from '../api/ports.ts';
import { VirtualClock } from '../deliver/test-rig.ts';
import type { Forbidden } from '../model/log-entry.ts';
import { ForbiddenRequests } from './forbidden-requests.ts';

function rig(): { clock: VirtualClock; forbidden: ForbiddenRequests; told: Forbidden[]; lines: () => string[] } {
  const clock = new VirtualClock(0);
  const told: Forbidden[] = [];
  const forbidden = new ForbiddenRequests({ clock, submit: (event) => void told.push(event) });
  return { clock, forbidden, told, lines: () => told.map(({ token, order, count, since }) => `${token} ${order} ×${count} ${since}`) };
}

function request(order: string | null, token = 'fire'): ForbiddenRequest {
  return { token, route: 'POST /api/v1/orders/:id/receipts', order, party: 'police', detail: 'not yours' };
}

describe('what known tokens were refused', () => {
  it('F1 the first is told at once, those that follow once at the end of the minute, with their number', () => {
    const { clock, forbidden, told, lines } = rig();
    clock.advance(5_000);
    for (let i = 0; i < 1_000; i += 1) forbidden.note(request('wo_1'));
    forbidden.note(request('wo_2'));
    forbidden.note(request('wo_1', 'police'));
    expect(lines()).toEqual(['fire wo_1 ×1 5000', 'fire wo_2 ×1 5000', 'police wo_1 ×1 5000']);
    clock.advance(60_000);
    expect(lines().slice(3)).toEqual(['fire wo_1 ×999 5000']);
    expect(told[0]).toEqual({ kind: 'forbidden', door: 'http', ...request('wo_1'), count: 1, since: 5_000 });
    forbidden.note(request('wo_1'));
    expect(lines().slice(4)).toEqual(['fire wo_1 ×1 65000']);
  });

  it('F2 a flood over as many orders as one likes is 21 lines a minute, and none is uncounted', () => {
    const { clock, forbidden, told } = rig();
    for (let minute = 0; minute < 3; minute += 1) {
      for (let i = 0; i < 10_000; i += 1) forbidden.note(request(`wo_${i % 500}`));
      clock.advance(60_000);
    }
    expect(told).toHaveLength(3 * 21);
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(30_000);
    expect(told.filter(({ route }) => route === '*')).toMatchObject([{ order: null }, { order: null }, { order: null }]);
  });

  it('what was counted is told at the end of all, and nothing waits any more', () => {
    const { clock, forbidden, lines } = rig();
    for (let i = 0; i < 3; i += 1) forbidden.note(request(null));
    forbidden.close();
    expect(lines()).toEqual(['fire null ×1 0', 'fire null ×2 0']);
    expect(clock.pending).toBe(0);
  });
});
