import type { Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { ReceiptState } from '../../model/receipt.ts';
import { visibleText } from '../../model/visible-text.ts';
import type { OrderMessageType, TrailEntry } from '../../model/work-order.ts';
import { LEVEL_WORD, STATE_WORD, TRAIL_WORD } from './console-words.ts';
import type { Paint } from './console-words.ts';
import { cut, displayWidth, fit, wrap } from './display-width.ts';
import type { Caption } from './scene.ts';

/** An order as it stands on the screen. */
export interface ShownOrder {
  readonly id: string;
  readonly level: Level;
  readonly title: Text;
  readonly place: Text;
}

export interface DeliveredLine {
  /** Time in the story. */
  readonly at: Millis;
  readonly order: ShownOrder;
  readonly type: OrderMessageType;
  readonly party: Text;
  /** Milliseconds from the publication of the reading to the receiver; `null` where no reading caused the message. */
  readonly latency: number | null;
  /** The receiver found the signature good. */
  readonly verified: boolean;
}

export interface ReceiptLine {
  readonly at: Millis;
  readonly order: ShownOrder;
  readonly party: Text;
  readonly state: ReceiptState;
  readonly by?: string | null;
  readonly note?: string | null;
}

export interface ClosedSummary {
  readonly at: Millis;
  readonly order: ShownOrder;
  readonly openedAt: Millis;
  readonly trail: readonly TrailEntry[];
  /** Titles of the parties in the trail. */
  readonly parties: Readonly<Record<string, Text>>;
  /** How many messages its parties have taken, told here line by line or not. */
  readonly messages: number;
}

export interface DemoBanner {
  readonly city: Text;
  /** What to open, in the order of interest. */
  readonly addresses: readonly { readonly label: Text; readonly url: string }[];
  readonly seed: number;
  readonly seconds: number;
}

export interface Sheet {
  readonly columns: number;
  readonly paint: Paint;
  /** `06:50:00` in the zone of the city. */
  readonly time: (at: Millis) => string;
}

const INDENT = 10;

export function bothWords(text: Text): string {
  return `${text.zh} ${text.en}`;
}

export function bannerLines(banner: DemoBanner, { columns, paint }: Sheet): string[] {
  const width = Math.min(columns, 100);
  const minutes = Math.round(banner.seconds / 60);
  const lasts =
    minutes > 1
      ? { zh: ` ${minutes} 分钟`, en: `${minutes} minutes` }
      : { zh: ` ${Math.round(banner.seconds)} 秒`, en: `${Math.round(banner.seconds)} seconds` };
  const text = (zh: string, en: string): string[] => [...wrap(zh, width - 2), ...wrap(en, width - 2)].map((line) => `  ${line}`);
  const label = Math.max(0, ...banner.addresses.map((address) => displayWidth(bothWords(address.label)))) + 2;
  return [
    '',
    paint.strong(`  Maibo 脉搏 · ${bothWords(banner.city)} · 演示 demo`),
    '',
    ...text(
      `剧本：由种子 ${banner.seed} 生成的一天，约${lasts.zh}放完。事件虚构，曲线取自注明出处的真实记录；工单一律为演练。`,
      `Scripted: one day made from seed ${banner.seed}, played in about ${lasts.en}. The happenings are invented, curves follow real records with credit; every order is a drill.`,
    ),
    ...text(
      '真实：MQTT 发布、落盘后确认、规则判定、签名 Webhook 与回执。',
      'Real: publishing over MQTT, acknowledgement after the disk, the rules, signed webhooks and receipts.',
    ),
    '',
    ...banner.addresses.map(({ label: name, url }) => `  ${fit(bothWords(name), label)}${url}`),
    '',
    ...wrap('→ 派出 out   ← 回执 receipt   ms 传感器到接收方 sensor to receiver   Ctrl-C 结束 stops', width - 2).map(
      (line) => `  ${paint.dim(line)}`,
    ),
  ];
}

export function captionLines(caption: Caption, { columns, paint, time }: Sheet): string[] {
  const width = columns - INDENT - 2;
  const bar = paint.dim('│');
  const lines = [...wrap(caption.text.zh, width).map(paint.strong), ...wrap(caption.text.en, width)];
  if (caption.credit !== undefined) lines.push(...wrap(`— ${caption.credit}`, width).map(paint.dim));
  const clock = time(caption.at).slice(0, 5);
  return ['', ...lines.map((line, index) => `${fit(index === 0 ? clock : '', INDENT - 1)} ${bar} ${line}`)];
}

/** What and where; the title of an order may already say where. */
function headline({ title, place }: ShownOrder): Text {
  const join = (what: string, where: string): string => (what.includes(where) ? what : `${what} · ${where}`);
  return { zh: join(title.zh, place.zh), en: join(title.en, place.en) };
}

/** Says which order the lines below it are about. */
export function orderHead(at: Millis, order: ShownOrder, { columns, paint, time }: Sheet): string[] {
  const badge = `■ ${fit(bothWords(LEVEL_WORD[order.level]), 9)} `;
  const id = ` ${order.id.slice(0, 11)}`;
  const room = columns - INDENT - displayWidth(badge) - displayWidth(id);
  const { zh, en } = headline(order);
  const head = (text: string): string => `${time(at)}  ${paint.level(order.level, `${badge}${fit(text, room)}`)}${paint.dim(id)}`;
  const line = `${zh}   ${en}`;
  if (displayWidth(line) <= room) return [head(line)];
  const indent = INDENT + displayWidth(badge);
  return [head(zh), `${' '.repeat(indent)}${paint.level(order.level, cut(en, columns - indent))}`];
}

/** Room for the name of a party; the columns beside it are the same on every terminal. */
function partyWidth(columns: number): number {
  return Math.max(14, Math.min(38, columns - 66));
}

function used(columns: number): number {
  return INDENT + 2 + 3 + partyWidth(columns) + 1 + 18 + 1;
}

export function deliveredLine(line: DeliveredLine, { columns, paint, time }: Sheet): string {
  const { order, latency } = line;
  const left = `${time(line.at)}  ${paint.level(order.level, LEVEL_WORD[order.level].zh)} → ${fit(bothWords(line.party), partyWidth(columns))} ${fit(bothWords(TRAIL_WORD[line.type]), 18)}`;
  const sign = line.verified ? '签名无误 signed' : '签名不符 BAD SIGNATURE';
  const tail = latency === null ? '' : `${latency < 10 ? latency.toFixed(1) : Math.round(latency)} ms`.padStart(9);
  // What the fixed columns leave holds the signature, and the latency at its end.
  return `${left} ${paint.dim(fit(sign, columns - used(columns) - 9))}${tail}`.trimEnd();
}

export function receiptLine(line: ReceiptLine, { columns, paint, time }: Sheet): string {
  const { order } = line;
  const who = [line.by, line.note].filter((text) => text !== null && text !== undefined && text !== '').join('：');
  const left = `${time(line.at)}  ${paint.level(order.level, LEVEL_WORD[order.level].zh)} ← ${fit(bothWords(line.party), partyWidth(columns))} ${fit(bothWords(STATE_WORD[line.state]), 18)}`;
  return `${left} ${paint.dim(cut(visibleText(who), columns - used(columns)))}`.trimEnd();
}

/** The green end of an order: what it was, how long it took, and its whole trail, a line for each step. */
export function closedLines(summary: ClosedSummary, { columns, paint, time }: Sheet): string[] {
  const { zh, en } = headline(summary.order);
  const took = `历时 took ${duration(summary.at - summary.openedAt)} · 送达 delivered ${summary.messages}`;
  const head = [
    `${time(summary.at)}  ✔ 闭环 closed   ${took}`,
    ...wrap(`${zh}   ${en}`, columns - INDENT - 2).map((line) => `${' '.repeat(INDENT)}  ${line}`),
  ];
  const steps = stepsOf(summary).map(({ word, from, to, parties }) => {
    const when = from === to ? time(from) : `${time(from)}–${time(to)}`;
    return cut(`${' '.repeat(INDENT)}  ${fit(when, 18)} ${fit(word, 20)} ${parties.join('、')}`, columns);
  });
  return [...head, ...steps].map((line) => paint.good(line.trimEnd()));
}

interface Step {
  readonly word: string;
  readonly from: Millis;
  readonly to: Millis;
  readonly parties: readonly string[];
}

/** Parties that took the same step stand together, in the order of the first of them. */
function stepsOf({ trail, parties }: ClosedSummary): Step[] {
  const steps = new Map<string, Step>();
  for (const entry of trail) {
    const word = wordOf(entry);
    const party = entry.party === null ? [] : [(parties[entry.party] ?? { zh: entry.party }).zh];
    const known = steps.get(word);
    steps.set(
      word,
      known === undefined
        ? { word, from: entry.at, to: entry.at, parties: party }
        : { ...known, to: entry.at, parties: [...known.parties, ...party] },
    );
  }
  return [...steps.values()];
}

function wordOf(entry: TrailEntry): string {
  if (entry.what === 'order.receipt') return entry.state === null ? '回执 receipt' : bothWords(STATE_WORD[entry.state]);
  return bothWords(TRAIL_WORD[entry.what]);
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
