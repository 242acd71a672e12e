import type { CommandOutcome, OrderCommand } from '../model/order-command.ts';
import type { Closing } from './closing.ts';
import { deedsIn } from './lifecycle.ts';
import type { OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { reassign } from './reassign.ts';
import { standingSigns } from './standing-signs.ts';

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
    const { by: who, reason } = command;
    const refused = deed.do === 'reassign' ? reassign(this.desk, open, { ...deed, by: who, reason }, turn) : null;
    if (refused !== null) return refused;
    open.commands.set(id, text);
    const by = { by: who, note: reason };
    const standing = deed.do === 'verify' || deed.do === 'cancel' ? standingSigns(open) : null;
    if (deed.do === 'verify') this.closing.verify(open, by, turn);
    else if (deed.do === 'return') this.closing.reopen(open, { what: 'order.returned', ...by }, turn);
    else if (deed.do === 'cancel') this.closing.cancel(open, by, turn);
    else this.closing.consider(open, turn);
    turn.step.orders.push(open.order);
    return { kind: 'done', order: open.order.id, ...(standing === null ? {} : { warning: standing }) };
  }
}

function notAllowed({ order }: OpenOrder, { deed, id }: OrderCommand, reused: boolean): CommandOutcome {
  const allowed = deedsIn(order.state);
  const detail = reused
    ? `The id "${id}" was used for another command; give each command an id of its own.`
    : `Order ${order.id} is ${order.state}: ${allowed.length === 0 ? 'nothing may be done' : `only ${allowed.join(', ')} may be done`}, not ${deed.do}.`;
  return { kind: 'refused', code: 'command-not-allowed', allowed, detail };
}

/** Why nothing can be done with an order that is not open. */
export function noOrder({ order, deed }: OrderCommand, closed: boolean): CommandOutcome {
  if (!closed) return { kind: 'refused', code: 'order-unknown', allowed: [], detail: `There is no open order ${order}.` };
  return { kind: 'refused', code: 'command-not-allowed', allowed: [], detail: `Order ${order} is over: it cannot ${deed.do} any more.` };
}
