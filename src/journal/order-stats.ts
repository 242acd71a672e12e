import type Database from 'libsql';
import type { DueStep } from '../model/due.ts';
import {
  ORDER_STEPS,
  type OrderStats,
  type OrderStatsGroup,
  type OrderStatsQuery,
  type OrderStep,
  type StepStats,
} from '../model/order-stats.ts';
import { stepTimes, timeToOpen, type StepTime } from '../model/order-times.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, WorkOrder } from '../model/work-order.ts';
import { contactsOf, type FirstContact } from './first-contact.ts';
import { Spread } from './spread.ts';

/** Orders read at once; then everybody else has a turn. */
const PORTION = 16;
/** After so much work too: readings go on being taken in. */
const SLICE: Millis = 4;

const ORDERS = `SELECT opened, id, body FROM orders WHERE (opened, id) > (?, ?) AND opened < ? ORDER BY opened, id LIMIT ${PORTION}`;

/** Measures what orders of a time took, from the rows themselves: a slice at a time, and in memory that does not grow with them. */
export async function measureOrders(db: Database.Database, query: OrderStatsQuery): Promise<OrderStats> {
  const orders = db.prepare(ORDERS).raw();
  const contacts = contactsOf(db);
  const all = new Group(null);
  const groups = new Map<string | null, Group>();
  let leftOut = 0;
  let last: readonly [Millis, string] = [query.from, ''];
  for (;;) {
    const rows = orders.all([...last, query.to]) as [Millis, string, string][];
    let pause = performance.now() + SLICE;
    for (const [, id, body] of rows) {
      const order = JSON.parse(body) as WorkOrder;
      if (order.drill !== query.drills) leftOut += 1;
      else measure(order, { all, groups, contactOf: contacts(id) }, query);
      if (performance.now() < pause) continue;
      await everybodyElse();
      pause = performance.now() + SLICE;
    }
    const end = rows.at(-1);
    if (rows.length < PORTION || end === undefined) break;
    last = [end[0], end[1]];
    await everybodyElse();
  }
  const sorted = [...groups.values()].sort((a, b) => (a.key ?? '').localeCompare(b.key ?? ''));
  return { all: all.stats(), groups: sorted.map((group) => group.stats()), leftOut };
}

function everybodyElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Into {
  readonly all: Group;
  readonly groups: Map<string | null, Group>;
  readonly contactOf: (assignment: Assignment) => FirstContact;
}

function measure(order: WorkOrder, { all, groups, contactOf }: Into, { by, now }: OrderStatsQuery): void {
  const met = new Set<Group>();
  order.assignments.forEach((assignment, index) => {
    const key = by === 'party' ? assignment.party : by === 'street' ? order.place.street : (order.alerts[0]?.rule ?? null);
    const group = groups.get(key) ?? new Group(key);
    groups.set(key, group);
    const steps = stepTimes(order, index, now);
    const deliver = deliveryTime(contactOf(assignment));
    for (const one of [all, group]) {
      one.addAssignment(assignment.state, { ...steps, deliver });
      met.add(one);
    }
  });
  for (const group of met) group.addOrder(timeToOpen(order));
}

/** Until an endpoint of the party has accepted anything of the order. */
function deliveryTime({ madeAt, acceptedAt, waiting }: FirstContact): StepTime {
  const took = madeAt === null || acceptedAt === null ? null : Math.max(0, acceptedAt - madeAt);
  return { took, waiting: took === null && waiting, breached: false };
}

class Group {
  readonly key: string | null;
  private orders = 0;
  private assignments = 0;
  private readonly states: Record<string, number> = {};
  private readonly steps: Readonly<Record<OrderStep, Tally>>;

  constructor(key: string | null) {
    this.key = key;
    this.steps = Object.fromEntries(ORDER_STEPS.map((step) => [step, new Tally()])) as Record<OrderStep, Tally>;
  }

  addOrder(took: Millis | null): void {
    this.orders += 1;
    this.steps.open.add({ took, waiting: false, breached: false });
  }

  addAssignment(state: string, steps: Readonly<Record<DueStep | 'deliver', StepTime>>): void {
    this.assignments += 1;
    this.states[state] = (this.states[state] ?? 0) + 1;
    for (const step of ['deliver', 'accept', 'arrive', 'close'] as const) this.steps[step].add(steps[step]);
  }

  stats(): OrderStatsGroup {
    const steps = Object.fromEntries(ORDER_STEPS.map((step) => [step, this.steps[step].stats(step !== 'open' && step !== 'deliver')]));
    const { key, orders, assignments, states } = this;
    return { key, orders, assignments, states, steps: steps as Record<OrderStep, StepStats> };
  }
}

class Tally {
  private readonly spread = new Spread();
  private waiting = 0;
  private missed = 0;
  private breached = 0;

  add({ took, waiting, breached }: StepTime): void {
    if (took !== null) this.spread.add(took);
    else if (waiting) this.waiting += 1;
    else this.missed += 1;
    if (breached) this.breached += 1;
  }

  stats(hasDue: boolean): StepStats {
    const { spread, waiting, missed } = this;
    const [median, p90, p99] = [0.5, 0.9, 0.99].map((share) => spread.quantile(share)) as [number | null, number | null, number | null];
    return { count: spread.count, median, p90, p99, exact: spread.exact, waiting, missed, breached: hasDue ? this.breached : null };
  }
}
