import fc from 'fast-check';
import { orderBody } from '../../dispatch/order-body.ts';
import { MINUTE, START } from '../../dispatch/test-rig.ts';
import { LEVELS } from '../../model/level.ts';
import { isoTime } from '../../model/time.ts';
import type { Assignment, OrderMessageType, WorkOrder } from '../../model/work-order.ts';
import type { CapSender } from './cap.ts';
import { HAPPENING_KINDS } from './happening-kinds.ts';

/** Xuhui under the sector of the weather service, as its warnings are numbered. */
export const SENDER: CapSender = {
  sender: 'maibo@ops.xuhui.example',
  division: '310104',
  sector: '416',
  unit: '000',
  extension: '00',
  name: { zh: '徐汇区', en: 'Xuhui District' },
  zone: 'Asia/Shanghai',
};

const DUE = { accept: START + MINUTE, arrive: START + 5 * MINUTE, close: START + 240 * MINUTE };

export const ORDER: WorkOrder = {
  kind: 'order',
  id: 'wo_0000000000000000000000000a',
  sort: 'fire',
  state: 'open',
  level: 'red',
  title: { zh: '同区双探测器火警确认 · 环贸 iapm 商场', en: 'Fire confirmed by two devices · iapm mall' },
  incident: 'in_0000000000000000000000000a',
  place: { id: 'iapm', name: { zh: '环贸 iapm 商场', en: 'iapm mall' }, street: '310104003', at: [121.4533, 31.2148] },
  alerts: [
    {
      id: 'al_0000000000000000000000000a',
      rule: 'smoke-alarm-confirmed',
      version: 2,
      key: 'place:iapm',
      level: 'red',
      since: START - 5_000,
      resolvedAt: null,
      because: { zh: '探测器数 2 ≥ 2', en: 'devices 2 ≥ 2' },
    },
  ],
  assignments: [],
  drill: false,
  openedAt: START,
  closedAt: null,
  attention: [],
  trail: [],
};

export const LEAD: Assignment = { party: 'fire', street: null, role: 'lead', state: 'dispatched', due: DUE };
export const OFFICE: Assignment = { party: 'street', street: '310104003', role: 'support', state: 'dispatched', due: DUE };

export interface Told {
  readonly type?: OrderMessageType;
  readonly at?: number;
  readonly number?: number;
  /** Numbers of the messages before it; the first was a second after the start, the second two seconds, and so on. */
  readonly earlier?: readonly number[];
}

/** A body as dispatch makes it. */
export function bodyOf(order: Partial<WorkOrder> = {}, assignment: Partial<Assignment> = {}, told: Told = {}): string {
  const { type = 'order.dispatched', number = 1, at = START + number * 1_000, earlier = [] } = told;
  const before = earlier.map((one) => ({ id: `msg_${one}`, at: START + one * 1_000 }));
  return orderBody(
    { ...ORDER, ...order },
    { ...LEAD, ...assignment },
    { id: `msg_${number}`, type, at, earlier: before },
    `/api/v1/orders/${ORDER.id}`,
  );
}

/** Texts as nobody should write them: quotes, Chinese, emoji, control characters, halves of surrogate pairs, mark-up. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '"',
        "'",
        '<',
        '>',
        '&',
        ']]>',
        '<![CDATA[',
        '\u0000',
        '\u0008',
        '\r',
        '\n',
        '\t',
        '\uD83D',
        '\uDE00',
        '\uFFFE',
        '\uFFFF',
      ),
      fc.constantFrom('徐汇区', '🔥', '👩‍🚒', '%', ' ', ',', '&amp;', '\u2028', '\u0085'),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const nasty = fc.record({ zh: nastyText, en: nastyText });

const TYPES: readonly OrderMessageType[] = [
  'order.dispatched',
  'order.escalated',
  'order.updated',
  'order.accepted',
  'order.on-site',
  'order.resolved',
  'order.closed',
  'order.cancelled',
];

/** Any order that may be told, to anybody, with any texts; times of this century. */
export const anyBody: fc.Arbitrary<string> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    level: fc.constantFrom(...LEVELS),
    sort: fc.oneof(fc.constantFrom(...HAPPENING_KINDS), nastyText, fc.constant('constructor')),
    title: nasty,
    name: nasty,
    because: fc.array(fc.tuple(nasty, fc.boolean()), { minLength: 1, maxLength: 30 }),
    street: fc.option(fc.constant('310104003')),
    at: fc.option(fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))),
    drill: fc.boolean(),
    office: fc.boolean(),
    state: fc.constantFrom('dispatched', 'accepted', 'on-site', 'resolved', 'declined'),
    time: fc.integer({ min: Date.parse(isoTime(START)), max: Date.parse('2099-12-31T00:00:00Z') }),
    number: fc.integer({ min: 1, max: 1_000 }),
    earlier: fc.constantFrom([], [1], [1, 7]),
  })
  .map(({ type, level, sort, title, name, because, street, at, drill, office, state, time, number, earlier }) =>
    bodyOf(
      {
        level,
        sort,
        title,
        drill,
        place: { id: 'p', name, street, at },
        alerts: because.map(([text, over], index) => ({
          ...(ORDER.alerts[0] as WorkOrder['alerts'][number]),
          key: `sensor:s${index}`,
          because: text,
          resolvedAt: over ? time : null,
        })),
      },
      { ...(office ? OFFICE : LEAD), state },
      { type, at: time, number, earlier },
    ),
  );
