import type { DueStep } from './due.ts';
import type { Millis } from './time.ts';
import type { Assignment, TrailEntry, WorkOrder } from './work-order.ts';

/** How one step of one assignment went. Just one of: it took so long, it is waited for, or it was missed. */
export interface StepTime {
  readonly took: Millis | null;
  readonly waiting: boolean;
  readonly breached: boolean;
}

const ACCEPTING: readonly string[] = ['accepted', 'on-site', 'resolved'];
const ALIVE: readonly string[] = ['dispatched', 'accepted', 'on-site'];

/**
 * What counts as what, from the trail of an order; times run from the assignment's dispatch.
 *
 * T1 A receipt counts when the party says that it happened, however late it was sent.
 * T2 Whoever arrives or resolves without having accepted has accepted by that.
 * T3 Who resolves without having been on site has missed the arrival; it is breached when even the end came after it was due.
 * T4 Who declines, is withdrawn, or whose order ends, stops the clock: what was due before is breached, what was due later is missed only.
 * T5 What is resolved again counts to the last time; acceptance and arrival count the first time. Reopened, it is waited for again.
 * T6 What is not done is breached once the clock is past its due time.
 */
export function stepTimes(order: WorkOrder, index: number, now: Millis): Readonly<Record<DueStep, StepTime>> {
  const assignment = order.assignments[index] as Assignment;
  const { from, receipts } = shareOf(order, index);
  const first = (states: readonly string[]): Millis | null => earliest(receipts.filter(({ state }) => states.includes(state ?? '')));
  const resolvedAt = assignment.state === 'resolved' ? (receipts.findLast(({ state }) => state === 'resolved')?.at ?? null) : null;
  const stoppedAt = stopOf(order, assignment, receipts);
  const until = resolvedAt ?? stoppedAt;
  const step = (name: DueStep, done: Millis | null): StepTime => ({
    took: done === null ? null : Math.max(0, done - from),
    waiting: done === null && until === null,
    breached: (done ?? until ?? now) > assignment.due[name],
  });
  return { accept: step('accept', first(ACCEPTING)), arrive: step('arrive', first(['on-site'])), close: step('close', resolvedAt) };
}

/** The steps that a receipt of this state has made: `accepted` makes one, an arrival that nobody announced two. What is said again makes no first step again. */
export function stepsMade(order: WorkOrder, index: number, state: string): DueStep[] {
  const accepting = shareOf(order, index).receipts.filter((one) => ACCEPTING.includes(one.state ?? ''));
  const accepts = accepting[0]?.state === state && accepting.filter((one) => one.state === state).length === 1;
  const made: DueStep[] = accepts ? ['accept'] : [];
  if (state === 'on-site') made.push('arrive');
  if (state === 'resolved') made.push('close');
  return made;
}

/** From the condition to the order; `null` for orders of before this was kept. */
export function timeToOpen({ beganAt, openedAt }: WorkOrder): Millis | null {
  return beganAt === undefined ? null : Math.max(0, openedAt - beganAt);
}

/**
 * The part of the trail that an assignment stands for: from its dispatch on. Where a party has several, one after the other
 * (it was sent again), each goes to the dispatch of the next.
 */
function shareOf({ trail, assignments, openedAt }: WorkOrder, index: number): { from: Millis; receipts: TrailEntry[] } {
  const { party } = assignments[index] as Assignment;
  const nth = assignments.slice(0, index).filter((one) => one.party === party).length;
  const own = trail.filter((entry) => entry.party === party);
  const starts = own.flatMap((entry, i) => (entry.what === 'order.dispatched' ? [i] : []));
  const start = starts[nth];
  const receipts = own.slice(start ?? 0, starts[nth + 1]).filter(({ what }) => what === 'order.receipt');
  return { from: (start === undefined ? undefined : own[start]?.at) ?? openedAt, receipts };
}

/** When an assignment ended without being resolved; `null` while it goes on. */
function stopOf({ trail, openedAt, closedAt }: WorkOrder, { party, state }: Assignment, receipts: readonly TrailEntry[]): Millis | null {
  if (ALIVE.includes(state)) return closedAt;
  const said = receipts.findLast((one) => one.state === state) ?? trail.findLast((one) => one.party === party && one.state === state);
  return said?.at ?? closedAt ?? receipts.at(-1)?.at ?? openedAt;
}

function earliest(entries: readonly TrailEntry[]): Millis | null {
  return entries.length === 0 ? null : Math.min(...entries.map(({ at }) => at));
}
