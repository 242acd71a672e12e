import { isLastWord } from '../../model/delivery.ts';
import type { Text } from '../../model/text.ts';
import { localMinute } from './local-stamp.ts';
import type { StoredNews, TypedNews } from './stored-body.ts';

/** So many reasons are told in words; of the rest only how many. */
const REASONS = 20;

const ROLES: Readonly<Record<string, Text>> = { lead: { zh: '主责', en: 'Lead' }, support: { zh: '协同', en: 'Support' } };
const ANSWERS: Readonly<Record<string, Text>> = {
  accepted: { zh: '已接单', en: 'accepted' },
  'on-site': { zh: '已到场', en: 'is on site' },
  resolved: { zh: '已处置', en: 'resolved' },
  declined: { zh: '已退回', en: 'declined' },
};

const STEPS: Readonly<Record<string, Text>> = {
  accept: { zh: '接单', en: 'accept' },
  arrive: { zh: '到场', en: 'arrive' },
  close: { zh: '办结', en: 'close' },
};

/** What a person is to do, by when in the time of the city; `null` where nothing is left to do but the order goes on. */
export function instructionOf({ type, assignment }: TypedNews, zone: string): Text | null {
  if (type === 'order.cancelled') return { zh: '工单已取消，无需处置。', en: 'The order is cancelled; nothing is to be done.' };
  if (isLastWord(type)) return { zh: '工单已办结，无需再处置。', en: 'The order is closed; nothing more is to be done.' };
  const { role, state, due } = assignment;
  if (state === 'resolved' || state === 'declined' || state === 'withdrawn') return null;
  const [accept, arrive, close] = [due.accept, due.arrive, due.close].map((time) => localMinute(Date.parse(time), zone));
  const { zh, en } = ROLES[role] ?? { zh: role, en: role };
  return {
    zh: `${zh}：${accept} 前接单，${arrive} 前到场，${close} 前办结。`,
    en: `${en}: accept by ${accept}, arrive by ${arrive}, close by ${close}.`,
  };
}

/** Who answered what, whose time runs out, then why the alerts fire; when all are over, why they did. */
export function descriptionOf({ order, receipt, clock }: StoredNews): Text {
  const { alerts } = order;
  const firing = alerts.filter(({ resolvedAt }) => resolvedAt === undefined);
  const told = firing.length === 0 ? alerts : firing;
  const lines = [...answerOf(receipt), ...clockOf(clock), ...told.slice(0, REASONS).map(({ because }) => because)];
  const rest = told.length - REASONS;
  if (rest > 0) lines.push({ zh: `另有 ${rest} 项告警。`, en: `And ${rest} more alerts.` });
  return { zh: lines.map(({ zh }) => zh).join('\n'), en: lines.map(({ en }) => en).join('\n') };
}

function answerOf(receipt: StoredNews['receipt']): Text[] {
  if (receipt === undefined) return [];
  const { party, street, state, by, note } = receipt;
  const who = street === undefined ? party : `${party}/${street}`;
  const more = [by, note].filter((one) => one !== undefined).join(': ');
  const { zh, en } = ANSWERS[state] ?? { zh: state, en: state };
  return [{ zh: `${who} ${zh}${more === '' ? '' : `（${more}）`}`, en: `${who} ${en}${more === '' ? '' : ` (${more})`}` }];
}

function clockOf(clock: StoredNews['clock']): Text[] {
  if (clock === undefined) return [];
  const { party, step, state } = clock;
  const { zh, en } = STEPS[step] ?? { zh: step, en: step };
  const over = state === 'overdue';
  return [
    { zh: `${party} ${zh}时限${over ? '已过' : '将到'}`, en: `${party}: the time to ${en} ${over ? 'has run out' : 'is running out'}` },
  ];
}

/** One text of several orders, each under its title; that of one order stands alone. */
export function joined(news: readonly TypedNews[], textOf: (one: TypedNews) => Text | null): Text | null {
  const lines = news.flatMap((one) => {
    const text = textOf(one);
    if (text === null) return [];
    if (news.length === 1) return [text];
    const { title } = one.order;
    return [{ zh: `${title.zh}：${text.zh}`, en: `${title.en}: ${text.en}` }];
  });
  return lines.length === 0 ? null : { zh: lines.map(({ zh }) => zh).join('\n'), en: lines.map(({ en }) => en).join('\n') };
}
