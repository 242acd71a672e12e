import { describe, expect, it } from 'vitest';
import { stepsMade, stepTimes, timeToOpen } from './order-times.ts';
import type { Assignment, AssignmentState, TrailEntry, WorkOrder } from './work-order.ts';

const MINUTE = 60_000;
const OPENED = Date.parse('2026-11-23T00:00:00.000Z');
const at = (minute: number): number => OPENED + minute * MINUTE;

/** To accept in 5, to arrive in 10, to close in 60 minutes. */
function assigned(state: string, over: Partial<Assignment> = {}): Assignment {
  const due = { accept: at(5), arrive: at(10), close: at(60) };
  return { party: 'fire', street: null, role: 'lead', state: state as AssignmentState, due, ...over };
}

const line = (minute: number, over: Partial<TrailEntry>): TrailEntry => ({
  ...{ at: at(minute), what: 'order.receipt', party: 'fire', state: null, by: null, note: null, door: 'http' },
  ...over,
});
const sent = (minute: number, party = 'fire'): TrailEntry => line(minute, { what: 'order.dispatched', party, state: 'dispatched' });
const said = (minute: number, state: string, party = 'fire'): TrailEntry => line(minute, { state: state as AssignmentState, party });

function orderOf(assignments: readonly Assignment[], trail: readonly TrailEntry[], over: Partial<WorkOrder> = {}): WorkOrder {
  const title = { zh: '火警', en: 'Fire' };
  const place = { id: 'mall', name: title, street: null, at: null };
  const rest = { title, incident: 'in', place, alerts: [], drill: false, openedAt: OPENED, closedAt: null, attention: [] };
  return { kind: 'order', id: 'wo', sort: 'fire', state: 'open', level: 'red', ...rest, assignments, trail, ...over };
}

/** `accept arrive close`, each as minutes, `waiting` or `missed`, with a `!` where it is breached. */
function times(order: WorkOrder, now = 30, index = 0): string {
  const steps = stepTimes(order, index, at(now));
  return [steps.accept, steps.arrive, steps.close]
    .map(({ took, waiting, breached }) => {
      expect([took !== null, waiting].filter(Boolean).length).toBeLessThanOrEqual(1);
      return `${took !== null ? took / MINUTE : waiting ? 'waiting' : 'missed'}${breached ? '!' : ''}`;
    })
    .join(' ');
}

describe('how long an assignment took', () => {
  it('step by step, from its dispatch', () => {
    const trail = [sent(0), said(1, 'accepted'), said(8, 'on-site'), said(40, 'resolved')];
    expect(times(orderOf([assigned('resolved')], trail))).toBe('1 8 40');
    const late = [sent(0), said(6, 'accepted'), said(11, 'on-site'), said(61, 'resolved')];
    expect(times(orderOf([assigned('resolved')], late))).toBe('6! 11! 61!');
    // A support that was called later has its own beginning.
    expect(times(orderOf([assigned('accepted')], [sent(2), said(4, 'accepted')]), 5)).toBe('2 waiting waiting');
  });

  it('T1 A receipt counts when the party says that it happened, however late it was sent', () => {
    // Sent after the arrival, and after it was due: it happened in the first minute.
    const trail = [sent(0), said(9, 'on-site'), said(1, 'accepted')];
    expect(times(orderOf([assigned('on-site')], trail))).toBe('1 9 waiting');
    // Before its own dispatch, as a clock that is behind may say: that took no time.
    expect(times(orderOf([assigned('accepted')], [sent(3), said(1, 'accepted')]), 5)).toBe('0 waiting waiting');
  });

  it('T2 Whoever arrives or resolves without having accepted has accepted by that', () => {
    expect(times(orderOf([assigned('on-site')], [sent(0), said(4, 'on-site')]), 5)).toBe('4 4 waiting');
    expect(times(orderOf([assigned('resolved')], [sent(0), said(7, 'resolved')]), 8)).toBe('7! missed 7');
  });

  it('T3 Who resolves without having been on site has missed the arrival; it is breached when even the end came after it was due', () => {
    const trail = (minute: number) => [sent(0), said(1, 'accepted'), said(minute, 'resolved')];
    expect(times(orderOf([assigned('resolved')], trail(9)))).toBe('1 missed 9');
    expect(times(orderOf([assigned('resolved')], trail(11)))).toBe('1 missed! 11');
  });

  it('T4 Who declines, is withdrawn, or whose order ends, stops the clock: what was due before is breached, what was due later is missed only', () => {
    expect(times(orderOf([assigned('declined')], [sent(0), said(2, 'declined')]), 100)).toBe('missed missed missed');
    expect(times(orderOf([assigned('declined')], [sent(0), said(7, 'declined')]), 100)).toBe('missed! missed missed');
    expect(times(orderOf([assigned('declined')], [sent(0), said(1, 'accepted'), said(12, 'declined')]), 100)).toBe('1 missed! missed');
    // A state that is not known here is an end as well: by its line in the trail, else by the last that was heard.
    const withdrawn = line(7, { what: 'order.updated', state: 'withdrawn' });
    expect(times(orderOf([assigned('withdrawn')], [sent(0), withdrawn]), 100)).toBe('missed! missed missed');
    expect(times(orderOf([assigned('withdrawn')], [sent(0), said(1, 'accepted')]), 100)).toBe('1 missed missed');
    const cancelled = orderOf([assigned('dispatched')], [sent(0)], { state: 'cancelled', closedAt: at(7) });
    expect(times(cancelled, 100)).toBe('missed! missed missed');
  });

  it('T5 What is resolved again counts to the last time; acceptance and arrival count the first time. Reopened, it is waited for again', () => {
    const first = [sent(0), said(1, 'accepted'), said(8, 'on-site'), said(20, 'resolved')];
    expect(times(orderOf([assigned('on-site')], first), 30)).toBe('1 8 waiting');
    expect(times(orderOf([assigned('on-site')], first), 61)).toBe('1 8 waiting!');
    expect(times(orderOf([assigned('resolved')], [...first, said(30, 'on-site'), said(50, 'resolved')]), 61)).toBe('1 8 50');
  });

  it('T6 What is not done is breached once the clock is past its due time', () => {
    const open = orderOf([assigned('dispatched')], [sent(0)]);
    expect(times(open, 5)).toBe('waiting waiting waiting');
    expect(times(open, 7)).toBe('waiting! waiting waiting');
    expect(times(open, 61)).toBe('waiting! waiting! waiting!');
  });

  it('a party that is sent again has two assignments, each with its own part of the trail', () => {
    const trail = [
      sent(0),
      sent(0, 'police'),
      said(1, 'accepted'),
      said(2, 'declined'),
      sent(20),
      said(23, 'accepted'),
      said(5, 'accepted', 'police'),
    ];
    const due = { accept: at(25), arrive: at(30), close: at(80) };
    const order = orderOf([assigned('declined'), assigned('accepted', { party: 'police' }), assigned('accepted', { due })], trail);
    expect([0, 1, 2].map((index) => times(order, 24, index))).toEqual(['1 missed missed', '5 waiting! waiting', '3 waiting waiting']);
  });
});

describe('what a receipt has just brought to an end', () => {
  const trail = [sent(0), said(1, 'accepted'), said(8, 'on-site'), said(20, 'resolved')];
  it('is its own step, and the acceptance where nobody had accepted', () => {
    expect(stepsMade(orderOf([assigned('accepted')], trail.slice(0, 2)), 0, 'accepted')).toEqual(['accept']);
    expect(stepsMade(orderOf([assigned('on-site')], trail.slice(0, 3)), 0, 'on-site')).toEqual(['arrive']);
    expect(stepsMade(orderOf([assigned('resolved')], trail), 0, 'resolved')).toEqual(['close']);
    expect(stepsMade(orderOf([assigned('on-site')], [sent(0), said(8, 'on-site')]), 0, 'on-site')).toEqual(['accept', 'arrive']);
    expect(stepsMade(orderOf([assigned('resolved')], [sent(0), said(8, 'resolved')]), 0, 'resolved')).toEqual(['accept', 'close']);
    expect(stepsMade(orderOf([assigned('declined')], [sent(0), said(8, 'declined')]), 0, 'declined')).toEqual([]);
  });

  it('is told of each even when several were committed together', () => {
    const order = orderOf([assigned('resolved')], trail);
    expect(['accepted', 'on-site', 'resolved'].map((state) => stepsMade(order, 0, state))).toEqual([['accept'], ['arrive'], ['close']]);
  });
});

describe('how long it took to open an order', () => {
  it('is from the condition to the order; a clock of a sensor that is ahead makes it nothing, and an old order does not say', () => {
    expect(timeToOpen(orderOf([], [], { beganAt: at(-2) }))).toBe(2 * MINUTE);
    expect(timeToOpen(orderOf([], [], { beganAt: at(1) }))).toBe(0);
    expect(timeToOpen(orderOf([], []))).toBeNull();
  });
});
