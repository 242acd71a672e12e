import { fetchOrder, fetchOrders, type OrderView } from '../app/order-client.ts';
import { visibleText } from '../model/visible-text.ts';
import { DEED_FLAGS } from './deed-flags.ts';
import { isOrderDeed, ORDER_DEEDS, performOrderDeed } from './orders-deeds.ts';
import { printOrderStats } from './orders-stats.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const DEEDS = Object.entries(ORDER_DEEDS).map(([deed, operands]) => `${deed} ${operands.join(' ')}`);

const SPEC: CommandSpec = {
  usage: `orders list|show|stats [ID] | ${DEEDS.join(' | ')} [--reason TEXT] [--by NAME] [--state STATE] [--from TIME] [--to TIME] [--json]`,
  about: {
    zh: '查询工单；stats：各步骤用了多久；核查、退回、撤销、改派工单；receipt：代记某单位电话回执（accepted、on-site、resolved、declined）',
    en: 'Work orders; stats: how long each step took; verify, return, cancel or reassign one; receipt: what a party said by telephone (accepted, on-site, resolved, declined)',
  },
  flags: {
    ...DEED_FLAGS,
    state: {
      value: 'STATE',
      about: { zh: '只看 open、resolved、closed 或 cancelled', en: 'only open, resolved, closed or cancelled ones' },
    },
    by: {
      value: 'WHO|WHAT',
      about: {
        zh: '何人，记入审计，默认登录名；stats：按 sign、party（默认）或 street',
        en: 'who you are, for the record, default your log-in name; stats: by sign, party (default) or street',
      },
    },
    street: { value: 'STREET', about: { zh: 'receipt：哪个街镇的', en: 'receipt: of which street office' } },
    from: {
      value: 'TIME',
      about: { zh: 'stats：此刻起开出的，RFC 3339，默认 30 天', en: 'stats: opened since, RFC 3339; default 30 days' },
    },
    to: { value: 'TIME', about: { zh: 'stats：此刻前开出的，默认现在', en: 'stats: opened before; default now' } },
    drills: { value: 'WHICH', about: { zh: 'stats：without（默认）或 only 只看演练', en: 'stats: without (default), or only drills' } },
    ...SERVER_FLAGS,
  },
  operands: { least: 1, most: 4 },
};

export async function runOrders(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, id, surplus] = flags.operands;
  if (isOrderDeed(action)) return performOrderDeed(action, flags, io, SPEC);
  if (surplus !== undefined) throw usage(`"${surplus}" is one argument too many`, SPEC);
  const server = serverOf(flags, io);
  if (action === 'list') {
    const orders = await fetchOrders(server, flags.text('state') ?? null);
    if (flags.on('json')) say(io, JSON.stringify(orders));
    else for (const order of orders) say(io, line(order));
    return 0;
  }
  if (action === 'stats') {
    await printOrderStats(server, flags, io);
    return 0;
  }
  if (action !== 'show') throw usage(`"${action ?? ''}" is not one of list, show, stats, ${Object.keys(ORDER_DEEDS).join(', ')}`, SPEC);
  if (id === undefined) throw usage('The id of the order is missing', SPEC);
  const order = await fetchOrder(server, id);
  if (flags.on('json')) say(io, JSON.stringify(order));
  else for (const text of detail(order)) say(io, visibleText(text));
  return 0;
}

function line(order: OrderView): string {
  const drill = order.drill ? ' 演练drill' : '';
  return `${order.openedAt}  ${order.level.padEnd(6)} ${order.state.padEnd(9)} ${order.id}${drill}  ${order.title.zh} · ${order.title.en}`;
}

function detail(order: OrderView): string[] {
  return [
    line(order),
    ...order.alerts.map((alert) => `  告警 alert  ${alert.rule} v${alert.version}  ${alert.because.zh} / ${alert.because.en}`),
    ...order.assignments.map((one) => `  派单 party  ${one.party.padEnd(16)} ${one.role.padEnd(8)} ${one.state}`),
    ...order.trail.map(
      (one) =>
        `  ${one.at}  ${one.what}${one.party === null ? '' : ` ${one.party}`}${one.state === null ? '' : ` → ${one.state}`}${one.by === null ? '' : ` (${one.by})`}${one.note === null ? '' : ` “${one.note}”`}`,
    ),
  ];
}
