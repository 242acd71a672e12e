import { describe, expect, test } from 'vitest';
import type { City, Party } from '../model/place.ts';
import { MINUTE, Rig, cityOf, orderOf } from './test-rig.ts';

const fire = orderOf({ support: ['police'] });
const TO_OPS = { ladder: [{ to: 'ops', after: 0 }] } as const;
const stateOf = (rig: Rig, party: string): string | undefined => rig.order.assignments.find((one) => one.party === party)?.state;

/** Both have one duty chief. */
function sharedChief(): City {
  const city = cityOf(['fire', 'police', 'ops', 'boss'], { ladder: [{ to: 'chief', after: 0 }] });
  const chief = (id: string): string | null => (id === 'fire' || id === 'police' ? 'boss' : null);
  return { ...city, parties: city.parties.map((one): Party => ({ ...one, chief: chief(one.id) })) };
}

describe('whoever is called for several reasons is let go when none is left', () => {
  test('one chief for two parties, over a restart too', () => {
    const rig = new Rig({ city: sharedChief() }).happen(0, 'opened', { order: fire }).pass(2).restart();
    rig.answer(3, 'fire', 'accepted');
    expect(stateOf(rig, 'boss')).toBe('dispatched');
    rig.restart().answer(4, 'police', 'accepted');
    expect(stateOf(rig, 'boss')).toBe('withdrawn');
  });

  function opsForPolice(): Rig {
    const rig = new Rig({ city: cityOf(undefined, TO_OPS) }).happen(0, 'opened', { order: fire });
    rig.answer(0.5, 'fire', 'accepted');
    return rig.pass(2);
  }

  test('operations stays while the lead has declined', () => {
    const rig = opsForPolice();
    rig.answer(3, 'fire', 'declined');
    rig.restart().answer(4, 'police', 'accepted');
    expect(stateOf(rig, 'ops')).toBe('dispatched');
    rig.answer(5, 'police', 'resolved');
    expect(rig.order.state).toBe('open');
  });

  test('operations that stands in for the lead is held to all the times of the lead', () => {
    const rig = opsForPolice();
    rig.answer(3, 'fire', 'declined');
    rig.answer(3, 'ops', 'accepted');
    expect(rig.restart().pass(13).order.attention).toContain('overdue:arrive:ops');
  });

  test('operations stays while a delivery is parked, and is let go when that is taken', () => {
    const rig = opsForPolice().park(3, 'fire');
    rig.answer(4, 'police', 'accepted');
    expect(stateOf(rig, 'ops')).toBe('dispatched');
    expect(stateOf(rig.restart().take(5, 'fire'), 'ops')).toBe('withdrawn');
  });

  test('an order of before there could be several reasons goes on', () => {
    const rig = opsForPolice();
    const saved = rig.dispatch.snapshot();
    const old = saved.orders.map((one) => ({
      ...one,
      order: {
        ...one.order,
        assignments: one.order.assignments.map((share) => (share.party === 'ops' ? { ...share, calledFor: 'police|' } : share)),
      },
    }));
    rig.dispatch.restore({ ...saved, orders: old });
    rig.answer(3, 'fire', 'declined');
    rig.answer(4, 'police', 'accepted');
    expect(stateOf(rig, 'ops')).toBe('dispatched');
  });

  test('what its own time had run out for asks for attention no longer', () => {
    const rig = opsForPolice().pass(4);
    expect(rig.order.attention).toEqual(['overdue:accept:police', 'overdue:accept:ops']);
    rig.answer(5, 'police', 'accepted');
    expect([stateOf(rig, 'ops'), rig.order.attention]).toEqual(['withdrawn', []]);
  });
});

describe('operations that is called to verify stays asked until it is over', () => {
  function unverified(): Rig {
    const rig = new Rig({ city: cityOf(undefined, { verify: { '*': 'person' } }) }).happen(0, 'opened', {
      order: orderOf({ support: [] }),
    });
    rig.answer(1, 'fire', 'resolved');
    rig.news();
    return rig.pass(31);
  }

  test('it can answer, and its time runs', () => {
    const rig = unverified().restart();
    expect(rig.news()).toEqual(['ops escalated']);
    expect(rig.pass(32).order.attention).toEqual(['unverified', 'overdue:accept:ops']);
    expect(rig.answer(33, 'ops', 'accepted')).toMatchObject({ kind: 'moved' });
    expect(rig.order).toMatchObject({ state: 'resolved', attention: ['unverified'] });
  });

  test('it is called again after a while, over restarts too, also when it said that it was done', () => {
    const rig = unverified();
    rig.answer(32, 'ops', 'resolved');
    rig.news();
    expect(rig.restart().pass(46).news()).toContain('ops escalated');
    expect(stateOf(rig, 'ops')).toBe('dispatched');
    const calls = rig.pass(48 * 60).order.trail.filter(({ what }) => what === 'order.called-again');
    expect(calls).toHaveLength(16);
  });

  test('verified, it hears so and is called no more', () => {
    const rig = unverified();
    rig.command(32, { do: 'verify' });
    expect(rig.news()).toContain('ops closed');
    expect(rig.pass(100).news()).toEqual([]);
  });

  test.each(['dispatched', 'accepted'] as const)('returned, it is let go where it stands at %s, and the order can end', (state) => {
    const rig = unverified();
    if (state === 'accepted') rig.answer(32, 'ops', 'accepted');
    rig.command(33, { do: 'return' });
    expect(stateOf(rig, 'ops')).toBe('withdrawn');
    rig.answer(34, 'fire', 'resolved');
    expect(rig.order.state).toBe('resolved');
    expect(rig.pass(100).order.attention).toContain('unverified');
  });
});

describe('life safety travels in its own lane', () => {
  const LIMIT = { limit: { messages: 1, within: 2 * MINUTE }, lifeSafety: ['gas-leak'], warnAt: null, ladder: [] };

  test('also when it joins an order of another kind, over a restart too', () => {
    const rig = new Rig({ city: cityOf(undefined, LIMIT) }).happen(0, 'opened', { order: orderOf({ lead: 'gas', support: [] }) });
    rig.happen(0.1, 'opened', { incident: 'second', place: null, order: orderOf({ lead: 'water', support: [] }) });
    rig.news();
    const leak = { incident: 'second', place: null, rule: 'gas-leak-lel', order: orderOf({ kind: 'gas-leak', lead: 'gas', support: [] }) };
    expect(rig.happen(0.3, 'joined', leak).news()).toEqual(['gas dispatched', 'water updated']);
    expect(rig.restart().happen(0.4, 'ended', leak).news()).toEqual(['water updated', 'gas updated']);
  });
});
