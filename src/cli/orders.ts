import { fetchOrder, fetchOrders, type OrderView } from '../app/order-client.ts';
import { printOrderStats } from './orders-stats.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage:
    'orders list|show|stats [ID] [--state open|closed] [--by sign|party|street] [--from TIME] [--to TIME] [--url http://HOST:PORT] [--json]',
  about: {
    zh: '向运行中的服务查询工单；stats：各步骤用了多久',
    en: 'Asks the running server for its work orders; stats: how long each step took',
  },
  flags: {
    state: { value: 'STATE', about: { zh: '只看 open 或 closed', en: 'only open or closed ones' } },
    by: { value: 'WHAT', about: { zh: 'stats：按 sign、party（默认）或 street', en: 'stats: by sign, party (default) or street' } },
    from: {
      value: 'TIME',
      about: { zh: 'stats：此刻起开出的，RFC 3339，默认 30 天', en: 'stats: opened since, RFC 3339; default 30 days' },
    },
    to: { value: 'TIME', about: { zh: 'stats：此刻前开出的，默认现在', en: 'stats: opened before; default now' } },
    drills: { value: 'WHICH', about: { zh: 'stats：without（默认）或 only 只看演练', en: 'stats: without (default), or only drills' } },
    ...SERVER_FLAGS,
  },
  operands: { least: 1, most: 2 },
};

export async function runOrders(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, id] = flags.operands;
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
  if (action !== 'show' || id === undefined)
    throw usage(action === 'show' ? 'The id of the order is missing' : `"${action ?? ''}" is not one of list, show, stats`, SPEC);
  const order = await fetchOrder(server, id);
  if (flags.on('json')) say(io, JSON.stringify(order));
  else for (const text of detail(order)) say(io, text);
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
