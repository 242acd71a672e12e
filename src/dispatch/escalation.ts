import { reasonsOf } from '../model/called-for.ts';
import type { Rung } from '../model/handling.ts';
import type { Assignment, ClockStep } from '../model/work-order.ts';
import { OPERATIONS } from './assign.ts';
import { CLOCK_STEPS, dueSteps, nextDue, overdue, overdueCode, type Due } from './clocks.ts';
import { nameOf, type OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { LEAD_DECLINED, owesAnswerAlone, withReason } from './reasons.ts';

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
    else this.runOut(open, share, turn);
  }

  /** The party has answered: what it owed and has made up for calls nobody any more. */
  answered(open: OpenOrder, share: Assignment, turn: Turn): void {
    const clocks = open.clocksOf(share);
    const late = overdue(share, clocks);
    for (const step of CLOCK_STEPS) if (!late.includes(step)) open.ease(overdueCode(step, share));
    if (share.role === 'lead') {
      // A lead that declines makes up for nothing: whoever was called because of it is needed all the more.
      if (share.state === 'declined') return void open.setClocks(share, { ...clocks, climbAt: null });
      open.ease(LEAD_DECLINED);
      this.desk.release(open, LEAD_DECLINED, turn);
    }
    if (late.length > 0) return;
    const called = open.order.assignments.some((one) => one.state === 'dispatched' && reasonsOf(one).includes(nameOf(share)));
    if (clocks.rung === 0 && !called) return;
    open.setClocks(share, { ...clocks, rung: 0, climbAt: null });
    open.record(turn.at, { what: 'order.eased', party: share.party });
    this.desk.release(open, nameOf(share), turn);
  }

  private warn(open: OpenOrder, share: Assignment, step: ClockStep, turn: Turn): void {
    this.say(open, share, [`${step}:due-soon`]);
    // Whoever was away while it ran out need not hear first that it will.
    if (share.due[step] <= turn.at) return;
    open.record(turn.at, { what: 'order.due-soon', party: share.party, note: step });
    this.desk.tell(open, [share], { type: 'order.updated', clock: { party: share.party, step, state: 'due-soon' } }, turn);
  }

  /** All that has run out by now is told at once, by the name of the first step. */
  private runOut(open: OpenOrder, share: Assignment, turn: Turn): void {
    const steps = dueSteps(share, open.clocksOf(share), turn.at);
    this.say(
      open,
      share,
      steps.map((step) => `${step}:overdue`),
    );
    for (const step of steps) {
      open.askAttention(overdueCode(step, share));
      open.record(turn.at, { what: 'order.overdue', party: share.party, note: step });
    }
    const clock = { party: share.party, step: steps[0] ?? 'accept', state: 'overdue' } as const;
    this.desk.tell(open, [share], { type: 'order.escalated', clock }, turn);
    // Who was called because of another has nobody above but those who are called anyway.
    if (!owesAnswerAlone(share)) this.begin(open, share, turn);
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
    if (known !== undefined && !mustGoAgain(known)) {
      const told = withReason(known, nameOf(share));
      open.replace(known, told);
      this.desk.tell(open, [told], { type: 'order.escalated', clock }, turn);
    } else {
      const called = this.ask(open, { party, known, share, note }, turn);
      this.desk.tell(open, [called], { type: 'order.dispatched', clock }, turn);
    }
    return true;
  }

  private ask(
    open: OpenOrder,
    call: { readonly party: string; readonly known: Assignment | undefined; readonly share: Assignment; readonly note: string },
    turn: Turn,
  ): Assignment {
    const { party, known, share, note } = call;
    if (known === undefined) return this.desk.ask(open, party, { role: 'support', calledFor: nameOf(share), note }, turn);
    const again = this.desk.askAgain(open, known, { note }, turn);
    const called = withReason(again, nameOf(share));
    open.replace(again, called);
    return called;
  }

  private targetOf(open: OpenOrder, { party }: Assignment, to: Rung['to']): string | null {
    const known = this.desk.partyOf(party);
    if (to === 'ops') return OPERATIONS;
    if (to === 'chief') return known?.chief ?? null;
    // Where the city names nobody who stands in, the first of the supports does, for the lead.
    const assignments = open.order.assignments.filter((one) => reasonsOf(one).length === 0 && one.state !== 'withdrawn');
    const lead = assignments.find(({ role }) => role === 'lead');
    return known?.next ?? (lead?.party === party ? (assignments.find(({ role }) => role === 'support')?.party ?? null) : null);
  }

  private say(open: OpenOrder, share: Assignment, said: readonly string[]): void {
    const clocks = open.clocksOf(share);
    open.setClocks(share, { ...clocks, said: [...clocks.said, ...said] });
  }
}

/** Who has declined, or has answered a call before, is asked anew; a share of its own that is resolved stays so. */
function mustGoAgain(known: Assignment): boolean {
  return known.state === 'declined' || (known.state === 'resolved' && reasonsOf(known).length > 0);
}
