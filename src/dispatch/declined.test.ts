import { describe, expect, test } from 'vitest';
import { MINUTE, Rig, START, bodyOf, cityOf, orderOf } from './test-rig.ts';

const fire = orderOf({ support: ['police'] });
const shares = (rig: Rig): string[] => rig.order.assignments.map(({ party, state }) => `${party} ${state}`);
const shareOf = (rig: Rig, party: string) => rig.order.assignments.find((one) => one.party === party);

/** The brigade has declined what it took for a false alarm. */
function falseAlarm(): Rig {
  const rig = new Rig().happen(0, 'opened', { level: 'orange', order: fire });
  rig.answer(0.2, 'fire', 'declined');
  rig.news();
  return rig;
}

describe('D9 a brigade that declined once is sent to the real fire that follows', () => {
  test.each([
    ['the level rises', 'raised', { level: 'red', order: fire }],
    ['another rule joins', 'joined', { level: 'orange', rule: 'smoke-confirmed', order: fire }],
  ] as const)('when %s, over a restart too, and its times run anew', (_, what, happening) => {
    const rig = falseAlarm().restart().happen(0.5, what, happening);
    expect(rig.news()[0]).toBe('fire dispatched');
    expect(bodyOf(rig.step.messages.findLast(({ party }) => party === 'fire')).data.assignment['state']).toBe('dispatched');
    expect(shareOf(rig, 'fire')).toMatchObject({ state: 'dispatched', due: { accept: START + 1.5 * MINUTE } });
    expect(rig.order.attention).toEqual([]);
    rig.restart().pass(1.5);
    expect(rig.order.attention).toContain('overdue:accept:fire');
  });

  test('when the alarm is back after it had ended', () => {
    const rig = falseAlarm().happen(1, 'ended', { order: fire }).happen(2, 'resumed', { level: 'orange', order: fire });
    expect(shareOf(rig, 'fire')?.state).toBe('dispatched');
  });

  test('when the order that others had finished is opened again', () => {
    const rig = falseAlarm();
    rig.answer(1, 'police', 'resolved');
    rig.answer(2, 'ops', 'resolved');
    expect(rig.order.state).toBe('closed');
    rig.restart().news();
    rig.happen(5, 'opened', { incident: 'second', order: fire });
    expect([rig.order.reopened, shares(rig)]).toEqual([1, ['fire dispatched', 'police dispatched', 'ops dispatched']]);
    expect(rig.order.attention).toEqual([]);
  });

  test('negative control: what is no worse asks nobody again', () => {
    const rig = falseAlarm().happen(0.5, 'joined', { level: 'orange', sensor: 's2', order: fire });
    expect(rig.news()).toEqual(['fire updated', 'police updated', 'ops updated']);
    expect(shareOf(rig, 'fire')?.state).toBe('declined');
  });

  test('a party may change its mind; whoever was called for it is let go', () => {
    const rig = falseAlarm();
    expect(rig.answer(5, 'fire', 'accepted')).toMatchObject({ kind: 'moved' });
    expect(rig.news()).toEqual(['ops cancelled', 'police accepted']);
    expect(shareOf(rig, 'fire')?.due.arrive).toBe(START + 15 * MINUTE);
    expect(rig.order.attention).toEqual([]);
  });

  test('but not of what others have finished in its place', () => {
    const rig = new Rig({ city: cityOf(undefined, { verify: { '*': 'person' } }) }).happen(0, 'opened', { order: fire });
    rig.answer(1, 'fire', 'declined');
    rig.answer(2, 'police', 'resolved');
    rig.answer(2, 'ops', 'resolved');
    expect(rig.answer(3, 'fire', 'accepted')).toMatchObject({ kind: 'refused', allowed: [] });
  });
});

test('a lead that declines after its chief was called does not send the chief away', () => {
  const parties = ['fire', 'fire-chief', 'police', 'ops'];
  const rig = new Rig({ city: cityOf(parties) }).happen(0, 'opened', { order: fire }).pass(2.5);
  rig.news();
  rig.answer(3, 'fire', 'declined');
  expect(shareOf(rig, 'fire-chief')?.state).toBe('dispatched');
  expect(rig.news()).not.toContain('fire-chief cancelled');
  rig.restart().answer(4, 'fire', 'accepted');
  expect(shareOf(rig, 'fire-chief')?.state).toBe('withdrawn');
});

describe('an order whose lead declined closes by what was done since', () => {
  test('not by what a support had resolved before', () => {
    const rig = new Rig().happen(0, 'opened', { order: fire });
    rig.answer(1, 'police', 'resolved');
    rig.answer(2, 'fire', 'declined');
    rig.restart().answer(3, 'ops', 'declined');
    expect(rig.order).toMatchObject({ state: 'open', attention: ['lead-declined', 'nobody'] });
  });

  test('but by whoever resolves it afterwards', () => {
    const rig = new Rig().happen(0, 'opened', { order: fire });
    rig.answer(2, 'fire', 'declined');
    rig.answer(3, 'police', 'resolved');
    rig.answer(4, 'ops', 'declined');
    expect(rig.order.state).toBe('closed');
  });

  test('operations that was done before is asked again', () => {
    const rig = new Rig({ city: cityOf(undefined, { ladder: [{ to: 'ops', after: 0 }] }) }).happen(0, 'opened', { order: fire });
    rig.answer(0.5, 'fire', 'accepted');
    rig.pass(2).answer(2, 'ops', 'resolved');
    rig.answer(3, 'fire', 'declined');
    expect(shareOf(rig, 'ops')).toMatchObject({ state: 'dispatched', due: { accept: START + 4 * MINUTE } });
    rig.answer(4, 'police', 'resolved');
    expect(rig.order.state).toBe('open');
  });
});

describe('when everybody declines, operations is called again and again', () => {
  const calls = (rig: Rig): number[] =>
    rig.order.trail.filter(({ what }) => what === 'order.called-again').map(({ at }) => (at - START) / MINUTE);

  function nobody(handling = {}, parties?: string[]): Rig {
    const rig = new Rig({ city: cityOf(parties, handling) }).happen(0, 'opened', { order: fire });
    for (const party of ['fire', 'police', 'ops']) if (parties?.includes(party) ?? true) rig.answer(0, party, 'declined');
    rig.news();
    return rig;
  }

  test('every quarter of an hour for four hours, over restarts too', () => {
    const rig = nobody();
    expect(rig.order.attention).toEqual(['lead-declined', 'nobody']);
    rig
      .restart()
      .pass(20)
      .restart()
      .pass(48 * 60);
    expect(calls(rig)).toEqual(Array.from({ length: 16 }, (_, i) => 15 * (i + 1)));
    expect(rig.order.attention).toContain('nobody');
  });

  test('it can answer the call, and then it is over', () => {
    const rig = nobody({ recall: { every: 5 * MINUTE, times: 3 } }).pass(5);
    expect(rig.news()).toContain('ops dispatched');
    rig.answer(5.5, 'ops', 'accepted');
    expect(rig.order.attention).toEqual(['lead-declined']);
    expect(calls(rig.pass(60))).toEqual([5]);
  });

  test('it declines again, and is called again', () => {
    const rig = nobody().pass(15);
    rig.answer(16, 'ops', 'declined');
    rig.news();
    expect(rig.pass(30).news()).toEqual(['ops dispatched']);
  });

  test('in a city without operations the lead is', () => {
    const rig = nobody({}, ['fire', 'police']).pass(15);
    expect(rig.news()).toEqual(['fire dispatched']);
    expect(shareOf(rig, 'fire')?.state).toBe('dispatched');
  });

  test('a worse fire ends it: the lead has it again', () => {
    const rig = nobody().happen(1, 'joined', { rule: 'heat', order: fire });
    expect([rig.order.attention, calls(rig.pass(14))]).toEqual([expect.not.arrayContaining(['nobody']), []]);
    expect(calls(rig.pass(40))).toEqual([]);
  });
});
