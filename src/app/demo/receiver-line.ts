import type { Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import type { Assignment, AssignmentState, OrderMessageType, WorkOrder } from '../../model/work-order.ts';

/** The part of an order message's body that the sample receiver needs. */
export interface Message {
  readonly type: OrderMessageType;
  readonly timestamp: string;
  readonly data: {
    readonly order: Pick<WorkOrder, 'id' | 'level' | 'title' | 'drill' | 'place'>;
    /** The street stands there only where the party has an office a street. */
    readonly assignment: Pick<Assignment, 'party' | 'state'> & { readonly street?: string | null };
  };
}

/** What the receiver shows of a message. */
export interface ReceivedLine {
  readonly party: string;
  readonly street: string | null;
  readonly order: string;
  readonly type: OrderMessageType;
  readonly level: Level;
  readonly title: Text;
  readonly place: Text;
  readonly state: AssignmentState;
  readonly drill: boolean;
  /** From the time in the message to its receipt; `null` for a drill, whose clock may not be ours. */
  readonly tookMs: number | null;
}

export function lineOf({ type, timestamp, data: { order, assignment } }: Message): ReceivedLine {
  const { party, street = null, state } = assignment;
  const { id, level, title, drill, place } = order;
  return {
    party,
    street,
    order: id,
    type,
    level,
    title,
    place: place.name,
    state,
    drill,
    tookMs: drill ? null : Date.now() - Date.parse(timestamp),
  };
}
