import type { IncidentChange } from '../model/incident.ts';
import { levelRank } from '../model/level.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Assignment } from '../model/work-order.ts';
import { partiesOf, shorterDue, tightenDue } from './assign.ts';
import type { Closing } from './closing.ts';
import { orderTitle } from './new-order.ts';
import type { OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { resetEntry } from './reset-entry.ts';
import { worthTelling } from './worth-telling.ts';

/** Whom an order goes to, and by which route; `null`: as the rule itself says. */
export interface RoutedOrder {
  readonly order: OrderRule;
  readonly route: string | null;
}

/** An order follows its incident: who is asked besides, who is told what, whether it comes back. */
export class Following {
  private readonly desk: OrderDesk;
  private readonly closing: Closing;

  constructor(desk: OrderDesk, closing: Closing) {
    this.desk = desk;
    this.closing = closing;
  }

  follow(open: OpenOrder, change: IncidentChange, turn: Turn): void {
    const { incident, alert, what } = change;
    const { at } = turn;
    const before = open.order.assignments.length;
    const novelty = open.noteAlert(alert, change.rule.order?.kind ?? null);
    open.change({ level: incident.level });
    const wasCalm = open.calm;
    open.calm = incident.calm ?? incident.endedAt !== null;
    // The only change that a reset alert still makes is its end.
    if (alert.reset) open.record(at, resetEntry(alert, alert.reset));
    const entered = what === 'joined' || what === 'resumed';
    // Lowering is not told, so a level that comes back up to what the parties know is no news either.
    const worse = levelRank(incident.level) > levelRank(open.told);
    if (entered || worse || (wasCalm && !open.calm)) this.comeBack(open, change, turn);
    const routed = entered || what === 'raised' ? this.desk.route(change, at) : null;
    const added = routed === null ? [] : this.assign(open, routed, turn);
    // The worst that is known gives the order its name: a confirmed fire must not go by the name of one alarm.
    if (routed !== null && worse) {
      const assignments = open.order.assignments.map((one) => tightenDue(this.desk.city, one, routed.order.due, at));
      open.change({ title: orderTitle(change.rule, open.order.place), assignments });
    }
    const news = this.isNews(open, what, entered ? novelty : null) || added.length > 0;
    // A false alarm is declined; the real one that follows it is none.
    const anew = worse || isAnother(what, novelty, news);
    const again = anew ? this.desk.askAllAgain(open, ['declined'], turn) : [];
    this.tell(open, change, { worse, news, fresh: [...open.order.assignments.slice(before), ...again] }, turn);
    this.closing.consider(open, turn);
  }

  /** What everybody has finished is not over. */
  private comeBack(open: OpenOrder, { alert }: IncidentChange, turn: Turn): void {
    if (open.order.state !== 'resolved') return;
    this.closing.reopen(open, { what: 'order.reopened', by: null, note: `${alert.rule}@${alert.subject.key}` }, turn);
  }

  private tell(
    open: OpenOrder,
    { what, alert, incident }: IncidentChange,
    { worse, news, fresh }: { readonly worse: boolean; readonly news: boolean; readonly fresh: readonly Assignment[] },
    turn: Turn,
  ): void {
    const type = worse ? 'order.escalated' : news ? 'order.updated' : null;
    if (what === 'ended' || what === 'resumed') open.endTold = what === 'ended' && type !== null;
    if (type !== null)
      open.record(turn.at, { what: type, note: worse ? `level:${incident.level}` : `${what}:${alert.rule}@${alert.subject.key}` });
    const asked = open.order.assignments.filter((one) => one.state !== 'withdrawn' && !fresh.includes(one));
    this.desk.tell(open, fresh, { type: 'order.dispatched' }, turn);
    if (type !== null) this.desk.tell(open, asked, { type }, turn);
  }

  /** Falling and single members that end are kept, not told; what repeats itself is told ever more rarely. */
  private isNews(open: OpenOrder, what: IncidentChange['what'], novelty: ReturnType<OpenOrder['noteAlert']>): boolean {
    if (what === 'ended') {
      open.endings += 1;
      return worthTelling(open.endings);
    }
    // Who was told that it is over must hear that it is not.
    if (what === 'resumed' && open.endTold) return true;
    return novelty === 'rule' || (novelty === 'key' && worthTelling(open.order.alerts.length));
  }

  /**
   * Whoever the rule names and who is not in the order yet. The first lead stays the lead: a crew on its way is not
   * replaced by a file. A rule that joins with another lead, also at a higher level, has that party as a support.
   */
  assign(open: OpenOrder, { order: rule, route }: RoutedOrder, turn: Turn): Assignment[] {
    open.due = shorterDue(this.desk.city, open.due, rule.due, turn.at);
    const shorter = { ...open.due };
    const added: Assignment[] = [];
    for (const party of partiesOf(rule)) {
      if (open.order.assignments.some((one) => one.party === party)) continue;
      const role = open.order.assignments.length === 0 ? 'lead' : 'support';
      // Who joins is held to the times of the rule that brings it.
      open.due = rule.due;
      added.push(this.desk.ask(open, party, { role, note: route === null ? null : `route:${route}` }, turn));
      open.due = shorter;
    }
    return added;
  }
}

/** A rule joins that has said nothing of it before, or what was said to be over is back. */
function isAnother(what: IncidentChange['what'], novelty: ReturnType<OpenOrder['noteAlert']>, news: boolean): boolean {
  if (what === 'resumed') return news;
  return what === 'joined' && novelty === 'rule';
}
