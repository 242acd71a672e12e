import type Database from 'libsql';
import type { Millis } from '../model/time.ts';
import type { Assignment } from '../model/work-order.ts';

/** When a party was first to be told of an order, and when the first of its endpoints had it: both by our own clock. */
export interface FirstContact {
  /** Of its first message; `null`: none was ever made. */
  readonly madeAt: Millis | null;
  /** Of whatever message was accepted first; `null`: none was. */
  readonly acceptedAt: Millis | null;
  /** Something is still being tried. */
  readonly waiting: boolean;
}

type Row = readonly [party: string, street: string | null, madeAt: Millis, acceptedAt: Millis | null, waiting: 0 | 1];
type Whom = Pick<Assignment, 'party' | 'street'>;

/** Rows of the outbox that tell of these orders: their own, and digests. `orders` is what stands behind IN. */
export function deliveriesTelling(orders: string): string {
  return `SELECT seq FROM outbox WHERE order_id IN ${orders}
    UNION SELECT t.seq FROM digested d JOIN outbox t ON t.id = d.delivery WHERE d.order_id IN ${orders}`;
}

/** What was accepted was so at its last attempt, which ended when the answer was there. */
const CONTACTS = `SELECT json_extract(b.body, '$.party') AS party, json_extract(b.body, '$.street') AS street, min(b.created),
  min(CASE WHEN b.state = 'accepted' THEN (SELECT json_extract(a.body, '$.at') + json_extract(a.body, '$.took') FROM attempts a
    WHERE a.delivery = b.id AND a.number = b.attempts) END),
  max(b.state = 'waiting')
  FROM outbox b WHERE b.seq IN (${deliveriesTelling('(?1)')}) GROUP BY party, street`;

const NONE: FirstContact = { madeAt: null, acceptedAt: null, waiting: false };

/** Reads the deliveries of an order once, for whichever of its parties is asked. */
export function contactsOf(db: Database.Database): (order: string) => (whom: Whom) => FirstContact {
  const contacts = db.prepare(CONTACTS).raw();
  return (order) => {
    const rows = contacts.all([order]) as unknown as Row[];
    return (whom) => {
      const row = rows.find(([party, street]) => party === whom.party && street === whom.street);
      if (row === undefined) return NONE;
      const [, , madeAt, acceptedAt, waiting] = row;
      return { madeAt, acceptedAt, waiting: waiting === 1 };
    };
  };
}
