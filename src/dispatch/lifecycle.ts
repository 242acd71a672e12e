import type { OrderDeed } from '../model/order-command.ts';
import type { ReceiptState } from '../model/receipt.ts';
import type { Assignment, AssignmentState, OrderState, TrailEntry, WorkOrder } from '../model/work-order.ts';

/** Who makes a step: the party by a receipt, a person of the centre by a command, the engine by what the signs and clocks say. */
export type StepBy = 'party' | 'person' | 'engine';

export interface Step<State> {
  readonly from: State;
  readonly to: State;
  readonly by: StepBy;
  /** What brings it about. */
  readonly when: string;
}

/** Every step that an assignment may make; what does not stand here is refused. */
export const ASSIGNMENT_STEPS: readonly Step<AssignmentState>[] = [
  { from: 'dispatched', to: 'accepted', by: 'party', when: 'receipt' },
  { from: 'dispatched', to: 'declined', by: 'party', when: 'receipt' },
  { from: 'dispatched', to: 'on-site', by: 'party', when: 'receipt' },
  { from: 'dispatched', to: 'resolved', by: 'party', when: 'receipt' },
  { from: 'accepted', to: 'on-site', by: 'party', when: 'receipt' },
  { from: 'accepted', to: 'resolved', by: 'party', when: 'receipt' },
  { from: 'accepted', to: 'declined', by: 'party', when: 'receipt' },
  { from: 'on-site', to: 'resolved', by: 'party', when: 'receipt' },
  { from: 'declined', to: 'accepted', by: 'party', when: 'receipt' },
  { from: 'dispatched', to: 'withdrawn', by: 'person', when: 'reassign, cancel' },
  { from: 'accepted', to: 'withdrawn', by: 'person', when: 'reassign, cancel' },
  { from: 'on-site', to: 'withdrawn', by: 'person', when: 'reassign, cancel' },
  { from: 'declined', to: 'withdrawn', by: 'person', when: 'reassign' },
  { from: 'dispatched', to: 'withdrawn', by: 'engine', when: 'eased' },
  { from: 'accepted', to: 'withdrawn', by: 'engine', when: 'eased' },
  { from: 'resolved', to: 'dispatched', by: 'person', when: 'return' },
  { from: 'resolved', to: 'dispatched', by: 'person', when: 'reassign' },
  { from: 'resolved', to: 'dispatched', by: 'engine', when: 'reopened' },
  { from: 'resolved', to: 'dispatched', by: 'engine', when: 'called' },
  { from: 'declined', to: 'dispatched', by: 'person', when: 'return' },
  { from: 'declined', to: 'dispatched', by: 'person', when: 'reassign' },
  { from: 'declined', to: 'dispatched', by: 'engine', when: 'reopened' },
  { from: 'declined', to: 'dispatched', by: 'engine', when: 'worse' },
  { from: 'declined', to: 'dispatched', by: 'engine', when: 'called' },
  { from: 'withdrawn', to: 'dispatched', by: 'person', when: 'reassign' },
  { from: 'withdrawn', to: 'dispatched', by: 'engine', when: 'called' },
];

/** Every step that an order may make. */
export const ORDER_STEPS: readonly Step<OrderState>[] = [
  { from: 'open', to: 'resolved', by: 'engine', when: 'all-done' },
  { from: 'resolved', to: 'closed', by: 'engine', when: 'verified' },
  { from: 'resolved', to: 'closed', by: 'person', when: 'verify' },
  { from: 'resolved', to: 'open', by: 'engine', when: 'reopened' },
  { from: 'resolved', to: 'open', by: 'person', when: 'return' },
  { from: 'closed', to: 'open', by: 'engine', when: 'reopened' },
  { from: 'open', to: 'cancelled', by: 'person', when: 'cancel' },
  { from: 'resolved', to: 'cancelled', by: 'person', when: 'cancel' },
];

/** Every step that a receipt may make, by where the assignment stands. */
export const STEPS: Readonly<Record<AssignmentState, readonly ReceiptState[]>> = {
  dispatched: receiptsFrom('dispatched'),
  accepted: receiptsFrom('accepted'),
  'on-site': receiptsFrom('on-site'),
  resolved: receiptsFrom('resolved'),
  declined: receiptsFrom('declined'),
  withdrawn: receiptsFrom('withdrawn'),
};

function receiptsFrom(state: AssignmentState): ReceiptState[] {
  return ASSIGNMENT_STEPS.filter((step) => step.from === state && step.by === 'party').map(({ to }) => to as ReceiptState);
}

/** What a person may do with an order in this state. */
export function deedsIn(state: OrderState): readonly OrderDeed['do'][] {
  if (state === 'open') return ['cancel', 'reassign'];
  return state === 'resolved' ? ['verify', 'return', 'cancel'] : [];
}

/** Nothing more is waited for; one that declined may still change its mind. */
export function isDone(state: AssignmentState): boolean {
  return state === 'resolved' || state === 'declined' || state === 'withdrawn';
}

/**
 * An order is resolved when its lead has resolved it and every support has resolved or declined. Where the lead declined, any
 * other that resolved it since stands in for it (`standsIn`); operations, which is then always called, must have answered too.
 * An order that everybody declined stays open: somebody must look at it. Whoever was withdrawn has no say.
 */
export function mayClose(assignments: readonly Assignment[], standsIn: (share: Assignment) => boolean = () => true): boolean {
  const asked = assignments.filter(({ state }) => state !== 'withdrawn');
  if (!asked.every(({ state }) => isDone(state))) return false;
  const lead = asked.find(({ role }) => role === 'lead');
  if (lead?.state === 'resolved') return true;
  return lead?.state === 'declined' && asked.some((one) => one.state === 'resolved' && standsIn(one));
}

/** Whether a party has resolved its share since the lead last declined: what it had done before was its own part alone. */
export function standsInFor({ assignments, trail }: Pick<WorkOrder, 'assignments' | 'trail'>): (share: Assignment) => boolean {
  const lead = assignments.find(({ role, state }) => role === 'lead' && state === 'declined');
  const declinedAt = trail.findLastIndex((line) => isReceipt(line) && line.party === lead?.party && line.state === 'declined');
  return ({ party }) => trail.findLastIndex((line) => isReceipt(line) && line.party === party && line.state === 'resolved') > declinedAt;
}

function isReceipt({ what }: TrailEntry): boolean {
  return what === 'order.receipt';
}
