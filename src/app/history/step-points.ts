import type { AuditRecord } from '../../journal/audit/audit-line.ts';
import type { AlertPoint, HistoryPoint, OrderPoint, SignPoint } from '../../model/history-point.ts';
import type { AlertState } from '../../model/alert.ts';
import type { Level } from '../../model/level.ts';
import type { Subject } from '../../model/verdict.ts';
import type { WorkOrder } from '../../model/work-order.ts';

/** What of an order a step names; what does not change is looked up. */
type OrderNow = Pick<OrderPoint, 'sort' | 'place' | 'street' | 'drill' | 'state' | 'level' | 'parties'>;

/** Orders remembered at once; one that is not is looked up again. */
const REMEMBERED = 5_000;
const NTHS = 1_000_000;

/**
 * Steps of alerts and orders, and what the signs stood at, from the audit record: it is made in the transaction of the log.
 *
 * N3 The same lines give the same points; their number in the record tells those of one millisecond apart. Of an order that was
 *    opened before reading began, what its line does not say is what its newest version says.
 */
export class StepPoints {
  private readonly look: (order: string) => WorkOrder | null;
  private readonly keys: (alert: string) => Subject | null;
  private readonly orders = new Map<string, OrderNow>();

  /** `look` finds the newest version of an order, `keys` where an alert stands. */
  constructor(look: (order: string) => WorkOrder | null, keys: (alert: string) => Subject | null) {
    this.look = look;
    this.keys = keys;
  }

  take(record: AuditRecord, out: HistoryPoint[]): void {
    if (record.kind === 'alert') this.alert(record, out);
    else if (record.kind === 'order') this.order(record, out);
  }

  private alert({ subject, seq, body }: AuditRecord, out: HistoryPoint[]): void {
    const { at, key, level, rule, state, value, version } = body as unknown as AlertBody;
    const where = this.keys(subject);
    const standing = { at, nth: seq % NTHS, key, place: where?.place ?? null, street: where?.street ?? null, value };
    out.push({ kind: 'alert', alert: subject, rule, version, state, level, ...standing } satisfies AlertPoint);
    if (state !== 'pending')
      out.push({ kind: 'sign', sign: rule, level: state === 'firing' ? level : null, ...standing } satisfies SignPoint);
  }

  private order({ subject, seq, body, at }: AuditRecord, out: HistoryPoint[]): void {
    const change = body as OrderBody;
    const before = this.orders.get(subject) ?? nowOf(this.look(subject));
    const now = changed(before, change);
    if (now === null) return;
    if (this.orders.size >= REMEMBERED) this.orders.clear();
    this.orders.set(subject, now);
    // A new line of its trail alone is no step.
    if (change.state === undefined && change.level === undefined && change.assignments === undefined) return;
    out.push({ kind: 'order', order: subject, at: Date.parse(at), nth: seq % NTHS, ...now } satisfies OrderPoint);
  }
}

interface AlertBody {
  readonly at: number;
  readonly key: string;
  readonly level: Level;
  readonly rule: string;
  readonly state: AlertState;
  readonly value: number | null;
  readonly version: number;
}

interface OrderBody {
  readonly sort?: string;
  readonly place?: string;
  readonly street?: string | null;
  readonly drill?: boolean;
  readonly state?: string;
  readonly level?: Level;
  readonly assignments?: readonly { readonly party: string }[];
}

/** `null` for a step of an order of which nothing is known: it was removed long ago. */
function changed(before: OrderNow | null, { sort, place, street, drill, state, level, assignments }: OrderBody): OrderNow | null {
  const known = before ?? (place === undefined || level === undefined || state === undefined ? null : OPENED);
  if (known === null) return null;
  const parties = [...new Set([...known.parties, ...(assignments ?? []).map(({ party }) => party)])];
  return {
    sort: sort ?? known.sort,
    place: place ?? known.place,
    street: street ?? known.street,
    drill: drill ?? known.drill,
    state: state ?? known.state,
    level: level ?? known.level,
    parties,
  };
}

const OPENED: OrderNow = { sort: '', place: null, street: null, drill: false, state: 'open', level: 'blue', parties: [] };

function nowOf(order: WorkOrder | null): OrderNow | null {
  if (order === null) return null;
  const { sort, place, drill, state, level, assignments } = order;
  return { sort, place: place.id, street: place.street, drill, state, level, parties: assignments.map(({ party }) => party) };
}
