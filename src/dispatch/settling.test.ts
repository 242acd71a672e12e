import { describe, expect, test } from 'vitest';
import { MINUTE, Rig, START, bodyOf, cityOf, orderOf } from './test-rig.ts';

const alone = orderOf({ support: [] });

describe('after a start parties have time to be heard', () => {
  /** Down from the dispatch until half an hour later. */
  function back(rig = new Rig({ city: cityOf(undefined, { ladder: [] }) })): Rig {
    rig.happen(0, 'opened', { order: alone }).restart();
    rig.dispatch.settle(START + 31 * MINUTE);
    return rig;
  }

  test('a receipt that was on its way is in time', () => {
    const rig = back().pass(30.5);
    rig.answer(30.6, 'fire', 'on-site');
    expect(rig.restart().pass(32).order.attention).toEqual([]);
  });

  test('who is silent until then is late, over a restart too', () => {
    const rig = back().restart().pass(30.9);
    expect(rig.order.attention).toEqual([]);
    expect(rig.pass(31).order.attention).toEqual(['overdue:accept:fire', 'overdue:arrive:fire']);
  });

  test('negative control: without it, time has run out at once', () => {
    const rig = new Rig().happen(0, 'opened', { order: alone }).restart().pass(30);
    expect(rig.order.attention).toContain('overdue:accept:fire');
  });
});

test('steps that are overdue at one moment are told in one message', () => {
  const rig = new Rig({ city: cityOf(undefined, { ladder: [] }) }).happen(0, 'opened', { order: alone }).restart();
  rig.news();
  rig.dispatch.advance(START + 24 * 60 * MINUTE, rig.step);
  expect(rig.news()).toEqual(['fire escalated']);
  expect(rig.order.attention).toEqual(['overdue:accept:fire', 'overdue:arrive:fire', 'overdue:close:fire']);
  expect(bodyOf(rig.step.messages.at(-1)).data).toMatchObject({ clock: { party: 'fire', step: 'accept', state: 'overdue' } });
});

test('a second exercise at a place has an order of its own', () => {
  const rig = new Rig().happen(0, 'opened', { order: alone, drill: 'one' });
  const [first] = [rig.order.id, rig.answer(1, 'fire', 'resolved')];
  rig.happen(2, 'opened', { incident: 'second', order: alone, drill: 'two' });
  expect([rig.order.id === first, rig.order.reopened, rig.order.drill]).toEqual([false, undefined, true]);
});
