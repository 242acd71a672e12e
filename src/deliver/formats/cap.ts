/**
 * CAP 1.2 of a stored body, with the identifier of GB/T 35965.1-2018.
 *
 * A1 The same stored body under the same settings gives the same bytes, so every attempt is the same alert.
 * A2 An Update and a Cancel name the messages that they take the place of; what has none to name, and what asks anew, is an Alert.
 * A3 A drill is an Exercise and says so in words, and nothing else is one.
 * A4 Whatever the texts hold, the document is well formed.
 * A5 Of a digest every order is in it, and while one of them is not over it asks to act.
 *
 * Each message names the first and the newest before it. The newest has named the ones before itself, so by following them
 * everything is superseded, and a Cancel cancels what the receiver was told first and last.
 */
import { createHash } from 'node:crypto';
import { isLastWord } from '../../model/delivery.ts';
import { LEVELS, type Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import { senderOf } from '../../model/sender.ts';
import { descriptionOf, instructionOf, joined } from './cap-text.ts';
import { happeningKind } from './happening-kinds.ts';
import { beijingDigits, localStamp } from './local-stamp.ts';
import { readStoredBody, type StoredBody, type TypedNews } from './stored-body.ts';
import type { Written } from './written.ts';
import { writeXml, type XmlNode } from './xml.ts';

/** Who sends, as the profile numbers authorities. All of it is configuration but the zone and the name, which are the city's. */
export interface CapSender {
  /** Unique in the world, best a domain or an address of it; without spaces, commas, `<` and `&`. */
  readonly sender: string;
  /** ZZZZZZ: GB/T 2260. */
  readonly division: string;
  /** DDD: GB/T 4657. */
  readonly sector: string;
  /** UUU */
  readonly unit: string;
  /** XX */
  readonly extension: string;
  readonly name: Text;
  /** IANA zone. */
  readonly zone: string;
}

export const CAP_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2';
export const CAP_TYPE = 'application/cap+xml';

const SEVERITY: Readonly<Record<Level, string>> = { blue: 'Minor', yellow: 'Moderate', orange: 'Severe', red: 'Extreme' };
const URGENCY: Readonly<Record<Level, string>> = { blue: 'Expected', yellow: 'Expected', orange: 'Immediate', red: 'Immediate' };
const LANGUAGES = { zh: 'zh-CN', en: 'en-US' } as const;
const MARKS: Text = { zh: '【演练】', en: '[EXERCISE] ' };

type Language = keyof Text;
/** A text, nodes, or nothing: an element that would say nothing is left out. */
type Line = XmlNode | null;

/** @throws Refusal `format-unmappable` */
export function capAlert(body: string, from: CapSender): Written {
  const stored = readStoredBody(body);
  const { order, assignment } = stored.data;
  const news = newsOf(stored);
  const earlier = [...new Map(news.flatMap((one) => (one.earlier ?? []).map((before) => [before.id, before]))).values()];
  const lines: Line[] = [
    ['identifier', identifierOf(stored, from)],
    ['sender', from.sender],
    ['sent', localStamp(Date.parse(stored.timestamp), from.zone)],
    ['status', order.drill ? 'Exercise' : 'Actual'],
    ['msgType', messageType(news, earlier.length > 0)],
    ['scope', 'Private'],
    ['addresses', senderOf(assignment.party, assignment.street ?? null)],
    order.drill ? ['note', `${order.id}: 演练，不得真实出动。Exercise: nobody must be sent out.`] : null,
    earlier.length === 0 ? null : ['references', earlier.map((one) => referenceTo(one, from)).join(' ')],
    ['incidents', unique(news.map((one) => one.order.incident)).join(' ')],
    ['info', infoOf(stored.id, news, from, 'zh')],
    ['info', infoOf(stored.id, news, from, 'en')],
  ];
  return { headers: { 'content-type': CAP_TYPE }, body: writeXml(['alert', present(lines)], CAP_NAMESPACE) };
}

/** The order of the message itself, then those of a digest. */
function newsOf({ type, data }: StoredBody): readonly [TypedNews, ...TypedNews[]] {
  return [{ ...data, type }, ...(data.digest ?? [])];
}

/** An order that was over may be opened again: what is cancelled is not updated, so whoever is called anew has an Alert. */
function messageType(news: readonly TypedNews[], named: boolean): 'Alert' | 'Update' | 'Cancel' {
  if (!named || news.every(({ type }) => type === 'order.dispatched')) return 'Alert';
  return isOver(news) ? 'Cancel' : 'Update';
}

function isOver(news: readonly TypedNews[]): boolean {
  return news.every(({ type }) => isLastWord(type));
}

/**
 * `ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`. N is made from the message's id, not counted: two processes, or one that begins anew, never
 * give the same, and each attempt gives it again. Fifteen digits, so that every reader can hold it as a number.
 */
function identifierOf({ id, timestamp }: Pick<StoredBody, 'id' | 'timestamp'>, from: CapSender): string {
  const digest = createHash('sha256').update(id).digest().readBigUInt64BE();
  const number = String(digest % 1_000_000_000_000_000n).padStart(15, '0');
  const { division, sector, unit, extension } = from;
  return `${division}${sector}${unit}${extension}_${beijingDigits(Date.parse(timestamp))}_${number}`;
}

function referenceTo(earlier: { readonly id: string; readonly timestamp: string }, from: CapSender): string {
  return [from.sender, identifierOf(earlier, from), localStamp(Date.parse(earlier.timestamp), from.zone)].join(',');
}

function infoOf(message: string, news: readonly [TypedNews, ...TypedNews[]], from: CapSender, language: Language): XmlNode[] {
  const [{ order }] = news;
  const over = isOver(news);
  const kinds = news.map((one) => happeningKind(one.order.sort ?? ''));
  const level = worst(over ? news : news.filter(({ type }) => !isLastWord(type)));
  const instruction = joined(news, (one) => instructionOf(one, from.zone));
  const onset = Math.min(...news.flatMap((one) => one.order.alerts.map(({ since }) => Date.parse(since))));
  return present([
    ['language', LANGUAGES[language]],
    ...unique(kinds.map((kind) => kind?.category ?? 'Other')).map((category): XmlNode => ['category', category]),
    ['event', (kinds[0]?.event ?? order.title)[language]],
    ['responseType', over ? 'AllClear' : instruction === null ? 'None' : 'Execute'],
    ['urgency', over ? 'Past' : URGENCY[level]],
    ['severity', SEVERITY[level]],
    ['certainty', kinds.every((kind) => kind?.expected === true) ? 'Likely' : 'Observed'],
    ...unique(news.flatMap((one) => one.order.sort ?? [])).map((sort) => named('eventCode', 'maibo:kind', sort)),
    Number.isFinite(onset) ? ['onset', localStamp(onset, from.zone)] : null,
    ['senderName', from.name[language]],
    ['headline', headlineOf(news, language)],
    ['description', joined(news, descriptionOf)?.[language] ?? ''],
    instruction === null ? null : ['instruction', instruction[language]],
    ...parametersOf(message, news, from.zone),
    ...news.map((one): XmlNode => ['area', areaOf(one, from, language)]),
  ]);
}

function headlineOf([{ order }, ...others]: readonly [TypedNews, ...TypedNews[]], language: Language): string {
  const more: Text = { zh: `，另有 ${others.length} 张工单`, en: `, and ${others.length} more orders` };
  return `${order.drill ? MARKS[language] : ''}${order.title[language]}${others.length === 0 ? '' : more[language]}`;
}

/** What CAP has no word for. The colour stands here too: severity is its translation. */
function parametersOf(
  message: string,
  [{ type, order, assignment }, ...others]: readonly [TypedNews, ...TypedNews[]],
  zone: string,
): XmlNode[] {
  const time = (text: string): string => localStamp(Date.parse(text), zone);
  const values = {
    level: order.level,
    order: order.id,
    message,
    type,
    role: assignment.role,
    state: assignment.state,
    'accept-by': time(assignment.due.accept),
    'arrive-by': time(assignment.due.arrive),
    'close-by': time(assignment.due.close),
  };
  return [
    ...Object.entries(values).map(([name, value]) => named('parameter', `maibo:${name}`, value)),
    ...others.map((one) => named('parameter', 'maibo:also', `${one.order.id} ${one.type} ${one.order.level}`)),
  ];
}

/** WGS-84, latitude before longitude, as CAP has it; a point is a circle without a radius. */
function areaOf({ order }: TypedNews, from: CapSender, language: Language): XmlNode[] {
  const { name, at, street } = order.place;
  return present([
    ['areaDesc', name[language]],
    at === null ? null : ['circle', `${degrees(at[1])},${degrees(at[0])} 0`],
    street === null ? null : named('geocode', 'GB/T 10114', street),
    named('geocode', 'GB/T 2260', street === null ? from.division : street.slice(0, 6)),
  ]);
}

/** Never with an exponent; six places are a tenth of a metre. */
function degrees(value: number): string {
  return value
    .toFixed(6)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0');
}

function named(element: string, name: string, value: string): XmlNode {
  return [
    element,
    [
      ['valueName', name],
      ['value', value],
    ],
  ];
}

function worst(news: readonly TypedNews[]): Level {
  const ranks = news.map(({ order }) => LEVELS.indexOf(order.level));
  return LEVELS[Math.max(...ranks)] ?? 'blue';
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function present(lines: readonly Line[]): XmlNode[] {
  return lines.filter((line) => line !== null);
}
