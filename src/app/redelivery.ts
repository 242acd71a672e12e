import type { ReplayAsked, ReplayOutcome } from '../api/ports.ts';
import type { Deliverer, Reopened } from '../deliver/deliverer.ts';
import type { Journal } from '../journal/journal.ts';
import type { DeliveryProgress } from '../journal/transaction.ts';
import { CLOSING_PATIENCE, isLastWord, toldBy, type Delivery, type Endpoint } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import type { EndpointsOf } from './addressing.ts';
import { readdress } from './readdress.ts';

export interface RedeliveryOptions {
  readonly journal: Pick<Journal, 'views' | 'readdress'>;
  readonly deliverer: Pick<Deliverer, 'replay' | 'orderClosed'>;
  readonly endpointsOf: EndpointsOf;
  readonly now: () => Millis;
  readonly emit: Emit;
}

interface Decided {
  readonly outcome: ReplayOutcome;
  readonly stand: ReadonlyMap<string, DeliveryProgress>;
  readonly made: readonly Delivery[];
  readonly reopened: readonly Reopened[];
}

/** Written at once; more would hold up the commits behind it. */
const PORTION = 200;

/**
 * Sends parked deliveries again, because a person says that the receiver is mended.
 *
 * R1 It is on disk, with who asked, before it is answered; a restart after the answer sends it.
 * R2 The message keeps its id; where its webhook is no longer configured it goes to those of today.
 * R3 In the order of the outbox; not where a later message of the same assignment was taken meanwhile, unless asked for.
 * R4 Not once the order is over, of a digest all of them, but for its last word, and that for 72 hours.
 */
export class Redelivery {
  private readonly options: RedeliveryOptions;
  /** Being written: a second request for one of them meanwhile finds it no longer parked. */
  private readonly underWay = new Set<string>();

  constructor(options: RedeliveryOptions) {
    this.options = options;
  }

  async replay(id: string, asked: ReplayAsked): Promise<ReplayOutcome> {
    const delivery = this.options.journal.views.delivery(id);
    if (delivery === null) return refused(id, 'delivery-unknown', `There is no delivery ${id}.`);
    const [outcome] = await this.perform([delivery], asked);
    return outcome as ReplayOutcome;
  }

  /** All parked deliveries of an endpoint. */
  async replayEndpoint(endpoint: string, asked: ReplayAsked): Promise<readonly ReplayOutcome[]> {
    const parked = this.options.journal.views.parked(endpoint);
    const outcomes: ReplayOutcome[] = [];
    for (let from = 0; from < parked.length; from += PORTION)
      outcomes.push(...(await this.perform(parked.slice(from, from + PORTION), asked)));
    return outcomes;
  }

  private async perform(deliveries: readonly Delivery[], asked: ReplayAsked): Promise<ReplayOutcome[]> {
    const { journal, emit } = this.options;
    const decided = deliveries.map((delivery) => this.decide(delivery, asked));
    const going = deliveries.filter((_, index) => decided[index]?.outcome.kind === 'replayed');
    for (const { id } of going) this.underWay.add(id);
    try {
      if (going.length > 0) {
        const stand = new Map(decided.flatMap((one) => [...one.stand]));
        await journal.readdress([...new Map(decided.flatMap(({ made }) => made.map((one) => [one.id, one]))).values()], stand);
      }
    } finally {
      for (const { id } of going) this.underWay.delete(id);
    }
    for (const { id, order, party } of going) emit({ name: 'deliver.delivery-replayed', delivery: id, order, party, by: asked.by });
    this.send(decided.flatMap(({ reopened }) => reopened));
    return decided.map(({ outcome }) => outcome);
  }

  private send(reopened: readonly Reopened[]): void {
    const { deliverer } = this.options;
    deliverer.replay(reopened);
    // It may have ended while this was being written; only its last word still matters then.
    for (const order of new Set(reopened.flatMap(({ delivery }) => toldBy(delivery).map((told) => told.order))))
      if (this.isOver(order)) deliverer.orderClosed(order);
  }

  private decide(delivery: Delivery, { by, evenIfOvertaken }: ReplayAsked): Decided {
    const { id } = delivery;
    const refusal = this.refusal(delivery);
    if (refusal !== null) return undone(refusal);
    const now = this.options.now();
    const replays = [...(delivery.replays ?? []), { at: now, by }];
    const all = this.options.journal.views.deliveriesOf(toldBy(delivery).map(({ order }) => order));
    const again: Delivery = { ...delivery, state: 'waiting', nextAt: now };
    const { made, stand } = this.addressed(again, all);
    const waiting = [...made, ...all.filter((one) => one.id !== id && stand.get(one.id)?.state === 'waiting')];
    const here = stand.size === 0 ? [again] : waiting.filter(({ state }) => state !== 'withheld');
    const reopened = here.map((one) => ({ delivery: this.atToday(one), later: laterThan(delivery, one.endpoint, all) }));
    const overtaking = overtakingOf(
      delivery,
      all.filter((one) => reopened.some(({ later }) => later.has(one.id))),
    );
    if (overtaking !== undefined && !evenIfOvertaken)
      return undone(
        refused(id, 'delivery-overtaken', `${overtaking.message} (${overtaking.type}) came after it and was taken: it told more.`),
      );
    const own = stand.get(id) ?? { state: 'waiting' as const, attempts: delivery.attempts, nextAt: now };
    return {
      outcome: { kind: 'replayed', delivery: id, waiting: reopened.map((one) => one.delivery.id) },
      made,
      stand: new Map<string, DeliveryProgress>([...stand, [id, { ...own, replays }]]),
      reopened,
    };
  }

  /** Empty while its endpoint is still configured; else where it goes today. */
  private addressed(
    again: Delivery,
    all: readonly Delivery[],
  ): { readonly made: readonly Delivery[]; readonly stand: ReadonlyMap<string, DeliveryProgress> } {
    const { endpoint, party, street } = again;
    const configured = endpoint.kind === 'mqtt' || this.options.endpointsOf(party, street).some(({ id }) => id === endpoint.id);
    if (configured) return { made: [], stand: new Map() };
    return readdress([again], this.options.endpointsOf, () => all);
  }

  private atToday(delivery: Delivery): Delivery {
    const { endpoint, party, street } = delivery;
    const known = this.options.endpointsOf(party, street).find(({ id }) => id === endpoint.id);
    return { ...delivery, state: 'waiting', nextAt: this.options.now(), ...(known === undefined ? {} : { endpoint: known }) };
  }

  private refusal(delivery: Delivery): ReplayOutcome | null {
    const { id, state, createdAt } = delivery;
    if (state !== 'parked' || this.underWay.has(id)) return refused(id, 'delivery-not-parked', `It is ${state}.`);
    const told = toldBy(delivery);
    if (told.some(({ order }) => !this.isOver(order))) return null;
    const orders = told.map(({ order }) => order).join(', ');
    if (!told.some(({ type }) => isLastWord(type)))
      return refused(id, 'delivery-order-over', `The order ${orders} is over; only its last word still matters.`);
    if (this.options.now() <= createdAt + CLOSING_PATIENCE) return null;
    return refused(id, 'delivery-order-over', `The order ${orders} has been over for more than 72 hours.`);
  }

  /** One that is resolved may be opened again; one that is no longer kept is over. */
  private isOver(order: string): boolean {
    const state = this.options.journal.views.order(order)?.order.state ?? 'closed';
    return state === 'closed' || state === 'cancelled';
  }
}

/** What of `all`, which tells of the same orders, comes after it at this endpoint for the same party. */
function laterThan({ id, party, street }: Delivery, endpoint: Endpoint, all: readonly Delivery[]): ReadonlySet<string> {
  const from = all.findIndex((one) => one.id === id);
  const lane = (one: Delivery): boolean => one.party === party && one.street === street && one.endpoint.id === endpoint.id;
  return new Set(all.flatMap((one, index) => (index > from && lane(one) ? [one.id] : [])));
}

/** What was taken later and told more; of a digest only when all that it tells of was told of since. */
function overtakingOf(delivery: Delivery, later: readonly Delivery[]): Delivery | undefined {
  const taken = later.filter(({ state }) => state === 'accepted');
  const told = toldBy(delivery).map(({ order }) => taken.find((one) => toldBy(one).some((since) => since.order === order)));
  return told.every((one) => one !== undefined) ? told[0] : undefined;
}

function refused(delivery: string, code: Extract<ReplayOutcome, { kind: 'refused' }>['code'], detail: string): ReplayOutcome {
  return { kind: 'refused', delivery, code, detail };
}

function undone(outcome: ReplayOutcome): Decided {
  return { outcome, stand: new Map(), made: [], reopened: [] };
}
