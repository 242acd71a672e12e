import { deserialize, serialize } from 'node:v8';
import type { Alert } from '../model/alert.ts';
import { fingerprint } from '../model/fingerprint.ts';
import { DEFAULT_HANDLING, type Handling } from '../model/handling.ts';
import type { Incident, IncidentChange } from '../model/incident.ts';
import type { Level } from '../model/level.ts';
import type { City } from '../model/place.ts';
import type { CommandOutcome, OrderCommand, OrderDeed } from '../model/order-command.ts';
import type { Receipt, ReceiptOutcome, ReceiptState } from '../model/receipt.ts';
import type { OrderRule, Rule } from '../model/rule.ts';
import type { OrderMessage, WorkOrder } from '../model/work-order.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import type { DispatchStep } from './order-desk.ts';

export const MINUTE = 60_000;
/** 2026-11-23 08:00 in Shanghai. */
export const START = Date.parse('2026-11-23T00:00:00.000Z');
const STREET = '310104014';

export function cityOf(parties = ['fire', 'police', 'street', 'ops', 'water', 'gas'], handling: Partial<Handling> = {}): City {
  return {
    handling: { ...DEFAULT_HANDLING, ...handling },
    id: 'xuhui',
    title: { zh: '徐汇区', en: 'Xuhui' },
    zone: 'Asia/Shanghai',
    streets: [{ kind: 'street', code: STREET, title: { zh: '湖南路街道', en: 'Hunan Road' } }],
    places: [{ kind: 'place', id: 'mall', title: { zh: '某商场', en: 'a mall' }, street: STREET, at: [121.45, 31.21], attributes: {} }],
    sensors: [],
    parties: parties.map((id) => ({
      id,
      title: { zh: id, en: id },
      perStreet: id === 'street',
      chief: parties.includes(`${id}-chief`) ? `${id}-chief` : null,
    })),
    measures: [],
    unknownSensors: 'adopt',
  };
}

/** For tests: fire leads, police and street support; 1, 10 and 60 minutes. */
export function orderOf(over: Partial<OrderRule> = {}): OrderRule {
  const due = { accept: MINUTE, arrive: 10 * MINUTE, close: 60 * MINUTE };
  return { kind: 'fire', from: 'yellow', lead: 'fire', support: ['police', 'street'], due, ...over };
}

export function ruleOf(id: string, order: OrderRule | null): Rule {
  return {
    kind: 'rule',
    id,
    version: 3,
    title: { zh: '火警确认', en: 'Fire confirmed' },
    domain: 'fire',
    unit: '',
    scope: 'sensor',
    split: null,
    models: [],
    value: { fact: 'value' },
    levels: [],
    conditions: {},
    latch: false,
    lateness: 0,
    stale: null,
    flap: null,
    onChange: 'keep',
    order,
    source: { standard: '', effectiveFrom: null, note: '' },
  };
}

interface Happening {
  /** Of the incident; the alert has it too unless it says otherwise. */
  readonly level?: Level;
  readonly alertLevel?: Level;
  readonly rule?: string;
  readonly order?: OrderRule | null;
  readonly sensor?: string;
  readonly place?: string | null;
  readonly street?: string | null;
  readonly incident?: string;
  /** No condition holds any more, but a person must reset it. */
  readonly calm?: boolean;
  /** Of an exercise. */
  readonly drill?: string;
}

function changeOf(at: number, what: IncidentChange['what'], happening: Happening): IncidentChange {
  const {
    level = 'red',
    alertLevel = level,
    rule = 'smoke',
    order = orderOf(),
    sensor = 's1',
    place = 'mall',
    street = STREET,
  } = happening;
  const over = what === 'ended' || what === 'member-resolved';
  const incident: Incident = {
    kind: 'incident',
    id: fingerprint('in', happening.incident ?? 'first'),
    sort: 'fire',
    place,
    street,
    alerts: [],
    level,
    openedAt: START,
    endedAt: what === 'ended' ? at : null,
    calm: happening.calm ?? (what === 'ended' || what === 'calmed'),
  };
  const alert: Alert = {
    kind: 'alert',
    id: fingerprint('al', rule, sensor, at),
    rule,
    version: 3,
    subject: { key: happening.drill === undefined ? `sensor:${sensor}` : `drill:${happening.drill}`, sensor, place, street },
    ...(happening.drill === undefined ? {} : { drill: true }),
    state: over ? 'resolved' : 'firing',
    level: alertLevel,
    peak: alertLevel,
    latched: false,
    since: at,
    firedAt: at,
    resolvedAt: over ? at : null,
    value: 1,
    because: { zh: '烟感 1', en: 'Smoke 1' },
    incident: incident.id,
  };
  return { kind: 'incident-change', what, incident, alert, rule: ruleOf(rule, order), at };
}

interface Options {
  readonly city?: City;
  readonly drill?: boolean;
  readonly remembered?: number;
}

/** Drives dispatch as the core does and keeps all that it says. Times are minutes after the start. */
export class Rig {
  dispatch: Dispatch;
  readonly step: DispatchStep = { orders: [], messages: [], closedIncidents: [] };
  readonly outcomes: ReceiptOutcome[] = [];
  readonly commanded: CommandOutcome[] = [];
  private readonly options: Options;
  private heard = 0;
  private receipts = 0;

  constructor(options: Options = {}) {
    this.options = options;
    this.dispatch = this.fresh();
  }

  happen(minute: number, what: IncidentChange['what'], happening: Happening = {}): this {
    this.dispatch.apply(changeOf(START + minute * MINUTE, what, happening), this.step);
    return this;
  }

  answer(minute: number, party: string, state: ReceiptState, over: Partial<Receipt> = {}): ReceiptOutcome {
    this.receipts += 1;
    const order = this.step.orders.at(-1)?.id ?? '';
    const given = {
      kind: 'receipt',
      id: `r${this.receipts}`,
      order,
      party,
      street: null,
      state,
      by: null,
      note: null,
      at: null,
      door: 'http',
    } as const;
    const outcome = this.dispatch.receive({ ...given, ...over }, START + minute * MINUTE, this.step);
    this.outcomes.push(outcome);
    return outcome;
  }

  command(minute: number, deed: OrderDeed, over: Partial<OrderCommand> = {}): CommandOutcome {
    this.receipts += 1;
    const given = { kind: 'order-command', id: `c${this.receipts}`, order: this.order.id, deed, by: 'Li', reason: 'because' } as const;
    const outcome = this.dispatch.command({ ...given, at: null, door: 'http', ...over }, START + minute * MINUTE, this.step);
    this.commanded.push(outcome);
    return outcome;
  }

  /** The clock comes to this minute, by way of whatever is due before. */
  pass(minute: number): this {
    const until = START + minute * MINUTE;
    for (let next = this.dispatch.nextAt(); next <= until; next = this.dispatch.nextAt()) this.dispatch.advance(next, this.step);
    return this;
  }

  park(minute: number, party: string, order = this.order.id, delivery = `msg@${party}`): this {
    this.dispatch.parked({ delivery, order, party, reason: 'HTTP 410' }, START + minute * MINUTE, this.step);
    return this;
  }

  /** A receiver of the party took it; at the endpoints that are gone nothing will be. */
  take(minute: number, party: string, delivery = `msg@${party}`, gone: readonly string[] = []): this {
    this.dispatch.taken({ delivery, order: this.order.id, party, gone }, START + minute * MINUTE, this.step);
    return this;
  }

  unheard(minute: number, party: string, street: string | null = null, order = this.order.id): this {
    this.dispatch.unheard({ delivery: `msg@${party}`, order, party, street }, START + minute * MINUTE, this.step);
    return this;
  }

  /** Through bytes and back into a fresh desk, as at a restart. */
  restart(): this {
    const saved: unknown = deserialize(serialize(this.dispatch.snapshot()));
    this.dispatch = this.fresh();
    this.dispatch.restore(saved);
    return this;
  }

  /** The newest version of whichever order changed last. */
  get order(): WorkOrder {
    const order = this.step.orders.at(-1);
    if (order === undefined) throw new Error('no order has changed yet');
    return order;
  }

  /** What was told since this was last asked: `party type`. */
  news(): string[] {
    const fresh = this.step.messages.slice(this.heard);
    this.heard = this.step.messages.length;
    return fresh.map(({ party, type }) => `${party} ${type.slice('order.'.length)}`);
  }

  private fresh(): Dispatch {
    const { city = cityOf(), drill = false, remembered } = this.options;
    return createDispatch({ city, drill, links: { orders: '/api/v1/orders/' }, ...(remembered === undefined ? {} : { remembered }) });
  }
}

/** The body as a receiver reads it. */
export function bodyOf(message: OrderMessage | undefined): {
  type: string;
  data: {
    order: Record<string, unknown>;
    assignment: Record<string, unknown>;
    receipt?: unknown;
    earlier?: { id: string; timestamp: string }[];
  };
} {
  return JSON.parse(message?.body ?? '{}') as ReturnType<typeof bodyOf>;
}
