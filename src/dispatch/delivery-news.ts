import type { OpenOrder } from './open-order.ts';
import { warnOperations } from './operations.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { endpointOf, messageOf } from './refused-deliveries.ts';

/** The outbox gave up on a message: the receiver refused it for good. */
export interface ParkedDelivery {
  readonly delivery: string;
  readonly order: string;
  readonly party: string;
  readonly reason: string;
}

/** Nobody listens where alone the party could be told. */
export interface UnheardDelivery {
  readonly delivery: string;
  readonly order: string;
  readonly party: string;
  readonly street: string | null;
}

/** A receiver took a message where it had refused one; at the endpoints that are `gone` nothing will be taken any more. */
export interface TakenDelivery {
  readonly delivery: string;
  readonly order: string;
  readonly party: string;
  readonly gone: readonly string[];
}

/** What an order makes of what became of its messages: somebody must look, or need not any more. */
export class DeliveryNews {
  private readonly desk: OrderDesk;

  constructor(desk: OrderDesk) {
    this.desk = desk;
  }

  parked(open: OpenOrder, { delivery, party, reason }: ParkedDelivery, turn: Turn): void {
    open.refused.add(delivery, party);
    open.record(turn.at, { what: 'order.delivery-parked', party, note: `${delivery}: ${reason}`, door: 'delivery' });
    const code = parkedCode(party);
    // Once a party: a receiver that refuses one message mostly refuses all, and the first call says enough.
    if (open.askAttention(code)) warnOperations(this.desk, open, { code, party }, turn);
  }

  /** @returns false when it was said already, or worries nobody */
  unheard(open: OpenOrder, { delivery, party, street }: UnheardDelivery, turn: Turn): boolean {
    const code = `unreachable:${street === null ? party : `${party}/${street}`}`;
    // A drill that nobody listens to worries nobody.
    if (open.order.drill || !open.askAttention(code)) return false;
    open.record(turn.at, { what: 'order.delivery-unheard', party, note: delivery, door: 'delivery' });
    warnOperations(this.desk, open, { code, party }, turn);
    return true;
  }

  /** @returns false when nothing of this order waited for it */
  taken(open: OpenOrder, { delivery, party, gone }: TakenDelivery, turn: Turn): boolean {
    if (!open.refused.taken(messageOf(delivery), party, [endpointOf(delivery), ...gone])) return false;
    open.record(turn.at, { what: 'order.delivery-taken', party, note: delivery, door: 'delivery' });
    if (open.refused.of(party).length > 0) return true;
    open.ease(parkedCode(party));
    this.desk.release(open, parkedCode(party), turn);
    return true;
  }
}

function parkedCode(party: string): string {
  return `delivery-parked:${party}`;
}
