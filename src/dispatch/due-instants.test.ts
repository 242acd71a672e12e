import { describe, expect, test } from 'vitest';
import { WEEKENDS_ONLY, type Calendar } from '../model/calendar.ts';
import type { DueTime } from '../model/due.ts';
import { bodyOf, cityOf, orderOf, Rig, START } from './test-rig.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The rig starts on Monday 2026-11-23, 08:00 in Shanghai: the day is over 16 hours later. */
const TODAY_ENDS = START + 16 * HOUR;
const COVERED: Calendar = { ...WEEKENDS_ONLY, years: [2026] };

const wd = (days: number): DueTime => ({ kind: 'working-days', days });
const rig = (calendar: Calendar | null = COVERED): Rig => new Rig({ city: calendar === null ? cityOf() : { ...cityOf(), calendar } });

describe('due times in working days', () => {
  test('are instants in the assignment and in what the party is told', () => {
    const told = rig().happen(0, 'opened', { order: orderOf({ due: { accept: 4 * HOUR, arrive: wd(1), close: wd(5) } }) });
    const due = { accept: START + 4 * HOUR, arrive: TODAY_ENDS + DAY, close: TODAY_ENDS + 7 * DAY };
    expect(told.order.assignments.map((one) => one.due)).toEqual([due, due, due]);
    expect(bodyOf(told.step.messages[0]).data.assignment['due']).toEqual({
      accept: '2026-11-23T04:00:00.000Z',
      arrive: '2026-11-24T16:00:00.000Z',
      close: '2026-11-30T16:00:00.000Z',
    });
    expect(told.order.assignments[0]).not.toHaveProperty('dueAssumed');
    expect(bodyOf(told.step.messages[0]).data.assignment).not.toHaveProperty('dueAssumed');
  });

  test('that the calendar does not cover are computed, and said to be assumed', () => {
    const order = orderOf({ due: { accept: 4 * HOUR, arrive: wd(1), close: wd(30) } });
    const late = rig().happen(0, 'opened', { order });
    expect(late.order.assignments[0]).toMatchObject({ due: { close: TODAY_ENDS + 42 * DAY }, dueAssumed: ['close'] });
    expect(bodyOf(late.step.messages[0]).data.assignment['dueAssumed']).toEqual(['close']);
    expect(rig(null).happen(0, 'opened', { order }).order.assignments[0]?.dueAssumed).toEqual(['arrive', 'close']);
  });

  test('do not let a step be due after the one that follows it', () => {
    const order = orderOf({ due: { accept: 40 * HOUR, arrive: wd(1), close: wd(1) } });
    expect(rig().happen(0, 'opened', { order }).order.assignments[0]?.due.accept).toBe(START + 40 * HOUR);
    // At 20:00 the next working day is over after 28 hours.
    const evening = rig().happen(12 * 60, 'opened', { order });
    expect(evening.order.assignments[0]?.due.accept).toBe(TODAY_ENDS + DAY);
  });

  test('are tightened by what is over sooner, whichever way it is written', () => {
    const five = orderOf({ due: { accept: wd(1), arrive: wd(5), close: wd(30) } });
    const worse = orderOf({ due: { accept: wd(2), arrive: 6 * DAY, close: 30 * DAY } });
    const told = rig().happen(0, 'opened', { level: 'yellow', order: five });
    told.happen(60, 'raised', { level: 'red', order: worse });
    // Six days from Monday nine o'clock are over on Sunday, five working days on the Monday after.
    expect(told.order.assignments[0]?.due).toEqual({
      accept: TODAY_ENDS + DAY,
      arrive: START + HOUR + 6 * DAY,
      close: START + HOUR + 30 * DAY,
    });
    expect(told.order.assignments[0]).not.toHaveProperty('dueAssumed');
  });

  test('of several rules the soonest holds for operations when it is called', () => {
    const told = rig().happen(0, 'opened', { order: orderOf({ due: { accept: wd(1), arrive: wd(5), close: wd(5) } }) });
    told.happen(1, 'joined', { rule: 'other', sensor: 's2', order: orderOf({ due: { accept: HOUR, arrive: wd(6), close: 6 * DAY } }) });
    told.answer(2, 'fire', 'declined');
    const called = told.order.assignments.find(({ party }) => party === 'ops');
    const from = START + 2 * 60_000;
    expect(called?.due).toEqual({ accept: from + HOUR, arrive: from + 6 * DAY, close: from + 6 * DAY });
  });

  test('survive a restart', () => {
    const order = orderOf({ due: { accept: wd(1), arrive: wd(5), close: wd(5) } });
    const plain = rig().happen(0, 'opened', { order });
    const restarted = rig().happen(0, 'opened', { order }).restart();
    plain.answer(3 * 24 * 60, 'fire', 'declined');
    restarted.answer(3 * 24 * 60, 'fire', 'declined');
    expect(restarted.order).toEqual(plain.order);
    expect(restarted.order.assignments.at(-1)).toMatchObject({ party: 'ops', due: { accept: TODAY_ENDS + 4 * DAY } });
  });
});
