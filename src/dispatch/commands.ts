import type { CommandOutcome, OrderCommand } from '../model/order-command.ts';
import type { Assignment } from '../model/work-order.ts';
import type { Closing } from './closing.ts';
import { deedsIn, isDone } from './lifecycle.ts';
import type { OpenOrder } from './open-order.ts';
import { sharesOf, type OrderDesk, type Turn } from './order-desk.ts';

/** What people of the centre do with an order: verify, return, cancel, reassign. */
export class Commands {
  private readonly desk: OrderDesk;
  private readonly closing: Closing;

  constructor(desk: OrderDesk, closing: Closing) {
    this.desk = desk;
    this.closing = closing;
  }

  run(open: OpenOrder, command: OrderCommand, turn: Turn): CommandOutcome {
    const { deed, id } = command;
    const known = open.commands.get(id);
    const text = JSON.stringify(deed);
    if (known === text) return { kind: 'repeated', order: open.order.id };
    const allowed = deedsIn(open.order.state);
    if (known !== undefined || !allowed.includes(deed.do)) return notAllowed(open, command, known !== undefined);
    const refused = deed.do === 'reassign' ? this.reassign(open, { from: deed.from, to: deed.to }, command, turn) : null;
    if (refused !== null) return refused;
    open.commands.set(id, text);
    const by = { by: command.by, note: command.reason };
    if (deed.do === 'verify') this.closing.verify(open, by, turn);
    else if (deed.do === 'return') this.closing.reopen(open, { what: 'order.returned', ...by }, turn);
    else if (deed.do === 'cancel') this.closing.cancel(open, by, turn);
    else this.closing.consider(open, turn);
    turn.step.orders.push(open.order);
    return { kind: 'done', order: open.order.id };
  }

  /** @returns why not, or `null` when it is done. */
  private reassign(
    open: OpenOrder,
    { from, to }: { readonly from: string; readonly to: string },
    { by, reason }: OrderCommand,
    turn: Turn,
  ): CommandOutcome | null {
    const [share] = sharesOf(open, from).filter(({ state }) => !isDone(state) || state === 'declined');
    if (share === undefined) return refuse(`Party "${from}" has no share in order ${open.order.id} that could be given to another.`);
    if (to === from || this.desk.partyOf(to) === undefined) return refuse(`The city has no other party "${to}"; see parties.json.`);
    const why = { by, note: `${from} → ${to}${reason === null ? '' : `: ${reason}`}` };
    if (share.state !== 'declined') this.desk.withdraw(open, share, why, turn);
    else open.replace(share, { ...share, state: 'withdrawn' });
    const [known] = sharesOf(open, to);
    if (known === undefined || known.state === 'withdrawn' || known.state === 'declined') {
      const asked = this.desk.ask(open, to, { role: share.role, ...why }, turn);
      this.desk.tell(open, [asked], { type: 'order.dispatched' }, turn);
    } else if (known.role !== share.role) {
      const promoted: Assignment = { ...known, role: share.role };
      open.replace(known, promoted);
      this.desk.tell(open, [promoted], { type: 'order.updated' }, turn);
    }
    const others = open.order.assignments.filter(({ party, state }) => party !== from && party !== to && state !== 'withdrawn');
    this.desk.tell(open, others, { type: 'order.updated' }, turn);
    open.ease('lead-declined');
    return null;
  }
}

function notAllowed({ order }: OpenOrder, { deed, id }: OrderCommand, reused: boolean): CommandOutcome {
  const allowed = deedsIn(order.state);
  const detail = reused
    ? `The id "${id}" was used for another command; give each command an id of its own.`
    : `Order ${order.id} is ${order.state}: ${allowed.length === 0 ? 'nothing may be done' : `only ${allowed.join(', ')} may be done`}, not ${deed.do}.`;
  return { kind: 'refused', code: 'command-not-allowed', allowed, detail };
}

function refuse(detail: string): CommandOutcome {
  return { kind: 'refused', code: 'party-unknown', allowed: ['reassign'], detail };
}

/** Why nothing can be done with an order that is not open. */
export function noOrder({ order, deed }: OrderCommand, closed: boolean): CommandOutcome {
  if (!closed) return { kind: 'refused', code: 'order-unknown', allowed: [], detail: `There is no open order ${order}.` };
  return { kind: 'refused', code: 'command-not-allowed', allowed: [], detail: `Order ${order} is over: it cannot ${deed.do} any more.` };
}
