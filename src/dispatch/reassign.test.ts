import { describe, expect, test } from 'vitest';
import { MINUTE, Rig, START, cityOf, orderOf } from './test-rig.ts';

const PARTIES = ['fire', 'fire-chief', 'police', 'water', 'gas', 'ops'];
const alone = orderOf({ support: [] });
const shareOf = (rig: Rig, party: string) => rig.order.assignments.find((one) => one.party === party);

describe('reassign', () => {
  test('to a party that has resolved its own part: it is asked anew, as the lead, and the order does not end', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: ['police'] }) });
    rig.answer(1, 'police', 'resolved');
    rig.news();
    rig.restart().command(2, { do: 'reassign', from: 'fire', to: 'police' });
    expect(rig.news()).toEqual(['fire cancelled', 'police dispatched']);
    expect(rig.order.state).toBe('open');
    expect(shareOf(rig, 'police')).toMatchObject({ role: 'lead', state: 'dispatched', due: { accept: START + 3 * MINUTE } });
  });

  test.each(['dispatched', 'accepted'] as const)('to the chief that was called and stands at %s: it leads, with all times', (state) => {
    const city = cityOf(PARTIES, { ladder: [{ to: 'chief', after: 0 }] });
    const rig = new Rig({ city }).happen(0, 'opened', { order: alone }).pass(1.5);
    if (state === 'accepted') rig.answer(1.5, 'fire-chief', 'accepted');
    rig.news();
    rig.restart().command(2, { do: 'reassign', from: 'fire', to: 'fire-chief' });
    expect(rig.news()).toEqual(['fire cancelled', state === 'accepted' ? 'fire-chief updated' : 'fire-chief dispatched']);
    expect(shareOf(rig, 'fire-chief')).toMatchObject({ role: 'lead', state });
    if (state === 'dispatched') rig.answer(2, 'fire-chief', 'accepted');
    expect(rig.order.attention).toEqual([]);
    expect(rig.restart().pass(13).order.attention).toEqual(['overdue:arrive:fire-chief']);
  });

  test('whoever was called for the one that is replaced is let go, and nothing is left to look at', () => {
    const city = cityOf(PARTIES, { ladder: [{ to: 'chief', after: 0 }] });
    const rig = new Rig({ city }).happen(0, 'opened', { order: alone }).pass(2.5);
    rig.command(3, { do: 'reassign', from: 'fire', to: 'gas' });
    expect([shareOf(rig, 'fire-chief')?.state, rig.order.attention]).toEqual(['withdrawn', []]);
    rig.answer(4, 'gas', 'resolved');
    expect(rig.order.state).toBe('closed');
  });

  test('operations that was called because the lead declined is let go with it', () => {
    const rig = new Rig().happen(0, 'opened', { order: alone });
    rig.answer(0.1, 'fire', 'declined');
    rig.restart().command(0.2, { do: 'reassign', from: 'fire', to: 'gas' });
    expect([shareOf(rig, 'fire')?.state, shareOf(rig, 'ops')?.state, rig.order.attention]).toEqual(['withdrawn', 'withdrawn', []]);
    rig.answer(0.3, 'gas', 'resolved');
    expect(rig.order.state).toBe('closed');
  });

  test('of a support leaves it open that the lead declined', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: ['police'] }) });
    rig.answer(0.1, 'fire', 'declined');
    rig.command(0.2, { do: 'reassign', from: 'police', to: 'gas' });
    expect([shareOf(rig, 'ops')?.state, rig.order.attention]).toEqual(['dispatched', ['lead-declined']]);
  });

  test.each([
    ['in the same role', 'police', 'water', 'support'],
    ['as the lead, which it stays', 'police', 'fire', 'lead'],
  ])('to a party that is there %s: it is told', (_, from, to, role) => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: ['police', 'water'] }) });
    rig.news();
    rig.command(1, { do: 'reassign', from, to });
    expect(rig.news()).toContain(`${to} updated`);
    expect(shareOf(rig, to)?.role).toBe(role);
  });

  test('to itself: where it declined it is asked again', () => {
    const rig = new Rig().happen(0, 'opened', { order: alone });
    rig.answer(0.1, 'fire', 'declined');
    rig.news();
    expect(rig.restart().command(1, { do: 'reassign', from: 'fire', to: 'fire' })).toMatchObject({ kind: 'done' });
    expect(rig.news()).toEqual(['fire dispatched', 'ops updated']);
    expect(rig.order).toMatchObject({ attention: [], assignments: [{ party: 'fire', state: 'dispatched' }, { state: 'dispatched' }] });
  });

  test('to itself where it has not declined, and to whom the city does not know, is refused with a sentence', () => {
    const rig = new Rig().happen(0, 'opened', { order: alone });
    expect(rig.command(1, { do: 'reassign', from: 'fire', to: 'fire' })).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('only one that declined can be asked again') as string,
    });
    expect(rig.command(1, { do: 'reassign', from: 'fire', to: 'navy' })).toMatchObject({
      kind: 'refused',
      detail: 'The city has no party "navy"; see parties.json.',
    });
  });
});

describe('who ends an order hears what of it still stands', () => {
  const standing = { zh: '仍在告警：smoke@sensor:s1 (red)。', en: 'Still alarming: smoke@sensor:s1 (red).' };

  test.each(['verify', 'cancel'] as const)('by %s', (deed) => {
    const rig = new Rig({ city: cityOf(undefined, { verify: { '*': 'person' } }) }).happen(0, 'opened', { order: alone });
    rig.answer(1, 'fire', 'resolved');
    expect(rig.command(2, { do: deed })).toMatchObject({ kind: 'done', warning: standing });
  });

  test('and nothing where all is calm', () => {
    const rig = new Rig({ city: cityOf(undefined, { verify: { '*': 'person' } }) }).happen(0, 'opened', { order: alone });
    rig.answer(1, 'fire', 'resolved');
    rig.happen(1, 'ended');
    expect(rig.command(2, { do: 'verify' })).not.toHaveProperty('warning');
  });
});
