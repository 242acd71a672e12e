import type { Rung } from '../model/handling.ts';
import type { Assignment, ClockStep } from '../model/work-order.ts';
import { OPERATIONS } from './assign.ts';
import { nextDue, overdue, type Due } from './clocks.ts';
import { nameOf, type OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';

/** The clocks of an order's parties: who is warned, who is called when a time runs out, and who is let go when it is made up for. */
export class Escalation {
  private readonly desk: OrderDesk;

  constructor(desk: OrderDesk) {
    this.desk = desk;
  }

  /** What the clocks of an order bring next, and to whom. */
  next(open: OpenOrder): { readonly share: Assignment; readonly due: Due } | null {
    let next: { readonly share: Assignment; readonly due: Due } | null = null;
    for (const share of open.order.assignments) {
      const due = nextDue(share, open.clocksOf(share), this.desk.handling.warnAt);
      if (due !== null && (next === null || due.at < next.due.at)) next = { share, due };
    }
    return next;
  }

  /** Lets it happen. */
  run(open: OpenOrder, { share, due }: { readonly share: Assignment; readonly due: Due }, turn: Turn): void {
    if (due.kind === 'climb') this.climb(open, share, turn);
    else if (due.kind === 'due-soon') this.warn(open, share, due.step, turn);
    else this.runOut(open, share, due.step, turn);
  }

  /** The party has answered: what it owed and has made up for calls nobody any more. */
  answered(open: OpenOrder, share: Assignment, turn: Turn): void {
    const clocks = open.clocksOf(share);
    const late = overdue(share, clocks);
    for (const step of STEPS) if (!late.includes(step)) open.ease(codeOf(step, share));
    if (clocks.rung === 0 || late.length > 0) return;
    open.setClocks(share, { ...clocks, rung: 0, climbAt: null });
    open.record(turn.at, { what: 'order.eased', party: share.party });
    for (const called of open.order.assignments) {
      if (called.calledFor !== nameOf(share)) continue;
      if (called.state === 'dispatched') this.desk.withdraw(open, called, { by: null, note: 'eased' }, turn);
      else this.desk.tell(open, [called], { type: 'order.updated' }, turn);
    }
  }

  private warn(open: OpenOrder, share: Assignment, step: ClockStep, turn: Turn): void {
    this.say(open, share, `${step}:due-soon`);
    // Whoever was away while it ran out need not hear first that it will.
    if (share.due[step] <= turn.at) return;
    open.record(turn.at, { what: 'order.due-soon', party: share.party, note: step });
    this.desk.tell(open, [share], { type: 'order.updated', clock: { party: share.party, step, state: 'due-soon' } }, turn);
  }

  private runOut(open: OpenOrder, share: Assignment, step: ClockStep, turn: Turn): void {
    this.say(open, share, `${step}:overdue`);
    open.askAttention(codeOf(step, share));
    open.record(turn.at, { what: 'order.overdue', party: share.party, note: step });
    this.desk.tell(open, [share], { type: 'order.escalated', clock: { party: share.party, step, state: 'overdue' } }, turn);
    // Who was called because of another has nobody above but those who are called anyway.
    if (share.calledFor === undefined || share.calledFor === null) this.begin(open, share, turn);
  }

  private begin(open: OpenOrder, share: Assignment, turn: Turn): void {
    const clocks = open.clocksOf(share);
    const first = this.desk.handling.ladder[0];
    if (first === undefined || clocks.rung > 0 || clocks.climbAt !== null) return;
    if (first.after > 0) open.setClocks(share, { ...clocks, climbAt: turn.at + first.after });
    else this.climb(open, share, turn);
  }

  /** Up to the first rung where there is somebody to be called. */
  private climb(open: OpenOrder, share: Assignment, turn: Turn): void {
    const { ladder } = this.desk.handling;
    let { rung } = open.clocksOf(share);
    let called = false;
    while (!called && rung < ladder.length) {
      called = this.call(open, share, ladder[rung] as Rung, turn);
      rung += 1;
    }
    const next = ladder[rung];
    open.setClocks(share, { ...open.clocksOf(share), rung, climbAt: next === undefined ? null : turn.at + next.after });
  }

  /** @returns false when there is nobody on this rung. */
  private call(open: OpenOrder, share: Assignment, { to }: Rung, turn: Turn): boolean {
    const party = this.targetOf(open, share, to);
    if (party === null || party === share.party || this.desk.partyOf(party) === undefined) return false;
    const [step] = overdue(share, open.clocksOf(share));
    const clock = { party: share.party, step: step ?? 'accept', state: 'overdue' } as const;
    const note = `${clock.step}:${share.party}`;
    open.record(turn.at, { what: 'order.escalated', party, note });
    const known = open.order.assignments.find((one) => one.party === party && one.state !== 'withdrawn');
    if (known !== undefined) this.desk.tell(open, [known], { type: 'order.escalated', clock }, turn);
    else {
      const called = this.desk.ask(open, party, { role: 'support', calledFor: nameOf(share), note }, turn);
      this.desk.tell(open, [called], { type: 'order.dispatched', clock }, turn);
    }
    return true;
  }

  private targetOf(open: OpenOrder, { party }: Assignment, to: Rung['to']): string | null {
    const known = this.desk.partyOf(party);
    if (to === 'ops') return OPERATIONS;
    if (to === 'chief') return known?.chief ?? null;
    // Where the city names nobody who stands in, the first of the supports does, for the lead.
    const assignments = open.order.assignments.filter(({ calledFor, state }) => (calledFor ?? null) === null && state !== 'withdrawn');
    const lead = assignments.find(({ role }) => role === 'lead');
    return known?.next ?? (lead?.party === party ? (assignments.find(({ role }) => role === 'support')?.party ?? null) : null);
  }

  private say(open: OpenOrder, share: Assignment, said: string): void {
    const clocks = open.clocksOf(share);
    open.setClocks(share, { ...clocks, said: [...clocks.said, said] });
  }
}

const STEPS: readonly ClockStep[] = ['accept', 'arrive', 'close'];

function codeOf(step: ClockStep, { party }: Assignment): string {
  return `overdue:${step}:${party}`;
}
