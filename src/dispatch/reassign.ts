import { reasonsOf } from '../model/called-for.ts';
import type { CommandOutcome } from '../model/order-command.ts';
import type { Assignment } from '../model/work-order.ts';
import { askAgain } from './assign.ts';
import { isDone } from './lifecycle.ts';
import { nameOf, type OpenOrder } from './open-order.ts';
import { sharesOf, type OrderDesk, type Turn } from './order-desk.ts';
import { LEAD_DECLINED, NOBODY } from './reasons.ts';

export interface Handover {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly reason: string | null;
}

interface Why {
  readonly by: string;
  readonly note: string;
}

/** Another party instead of this one, in the same role; or the same one again, where it declined. @returns why not, or `null` when it is done */
export function reassign(desk: OrderDesk, open: OpenOrder, { from, to, by, reason }: Handover, turn: Turn): CommandOutcome | null {
  const [share] = sharesOf(open, from).filter(({ state }) => !isDone(state) || state === 'declined');
  if (share === undefined) return refuse(`Party "${from}" has no share in order ${open.order.id} that could be given to another.`);
  if (desk.partyOf(to) === undefined) return refuse(`The city has no party "${to}"; see parties.json.`);
  if (to === from && share.state !== 'declined')
    return refuse(`Party "${from}" stands at "${share.state}" in order ${open.order.id}: only one that declined can be asked again.`);
  const why = { by, note: `${from} → ${to}${reason === null ? '' : `: ${reason}`}` };
  if (to !== from) handOver(desk, open, { share, why }, turn);
  give(desk, open, { to, share, why }, turn);
  const others = open.order.assignments.filter(({ party, state }) => party !== from && party !== to && state !== 'withdrawn');
  desk.tell(open, others, { type: 'order.updated' }, turn);
  return null;
}

/** The old one need not act any more, and nobody in its place. */
function handOver(desk: OrderDesk, open: OpenOrder, { share, why }: { readonly share: Assignment; readonly why: Why }, turn: Turn): void {
  if (share.state !== 'declined') desk.withdraw(open, share, why, turn);
  else {
    const withdrawn: Assignment = { ...share, state: 'withdrawn' };
    open.replace(share, withdrawn);
    open.restClocks(withdrawn);
    open.record(turn.at, { what: 'order.withdrawn', party: share.party, state: 'withdrawn', ...why });
  }
  if (share.role !== 'lead') return;
  open.ease(LEAD_DECLINED);
  open.ease(NOBODY);
  open.recall = null;
}

/** The new one has the share: as one that joins, as one that is done and goes again, or with what it has done so far. */
function give(
  desk: OrderDesk,
  open: OpenOrder,
  { to, share, why }: { readonly to: string; readonly share: Assignment; readonly why: Why },
  turn: Turn,
): void {
  const [known] = sharesOf(open, to);
  const role = known?.role === 'lead' ? 'lead' : share.role;
  const own = known !== undefined && reasonsOf(known).length === 0;
  if (known !== undefined && !isDone(known.state) && (own || known.state !== 'dispatched')) {
    const kept = own ? known : { ...askAgain(desk.city, known, open.due, turn.at), state: known.state };
    const { calledFor: _, ...rest } = kept;
    const promoted: Assignment = { ...rest, role };
    open.replace(known, promoted);
    if (!own) open.restClocks(promoted);
    desk.tell(open, [promoted], { type: 'order.updated' }, turn);
  } else {
    const asked = desk.ask(open, to, { role, ...why }, turn);
    desk.tell(open, [asked], { type: 'order.dispatched' }, turn);
  }
  // Only now: who has it for good must not be let go first.
  if (share.party !== to) desk.release(open, nameOf(share), turn);
  if (share.role === 'lead') {
    open.ease(LEAD_DECLINED);
    if (share.party !== to) desk.release(open, LEAD_DECLINED, turn);
  }
}

function refuse(detail: string): CommandOutcome {
  return { kind: 'refused', code: 'party-unknown', allowed: ['reassign'], detail };
}
