import { commandOrder, sendReceipt, type Answered, type CommandRequest } from '../app/deed-client.ts';
import type { OrderDeed } from '../model/order-command.ts';
import type { ReceiptState } from '../model/receipt.ts';
import { byOf, needed } from './deed-flags.ts';
import { usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { serverOf } from './server-flags.ts';

/** What a person does with an order, each with what follows it on the command line. */
export const ORDER_DEEDS: Readonly<Record<OrderDeed['do'] | 'receipt', readonly string[]>> = {
  verify: ['ID'],
  return: ['ID'],
  cancel: ['ID'],
  reassign: ['ID', 'FROM', 'TO'],
  receipt: ['ID', 'PARTY', 'STATE'],
};

const STATES: readonly ReceiptState[] = ['accepted', 'on-site', 'resolved', 'declined'];

export function isOrderDeed(action: string | undefined): action is keyof typeof ORDER_DEEDS {
  return action !== undefined && Object.hasOwn(ORDER_DEEDS, action);
}

/** `maibo orders verify|return|cancel|reassign|receipt`. @returns the exit code */
export async function performOrderDeed(deed: keyof typeof ORDER_DEEDS, flags: Flags, io: Io, spec: CommandSpec): Promise<number> {
  const given = flags.operands.slice(1);
  const wanted = ORDER_DEEDS[deed];
  if (given.length !== wanted.length) throw usage(`"${deed}" takes ${wanted.join(' ')}`, spec);
  const answered = await (deed === 'receipt' ? receipt(given, flags, io, spec) : command(deed, flags, io, spec));
  say(io, flags.on('json') ? JSON.stringify(answered) : lineOf(deed, answered));
  return 0;
}

async function command(deed: OrderDeed['do'], flags: Flags, io: Io, spec: CommandSpec): Promise<Answered> {
  const [, order = '', from = '', to = ''] = flags.operands;
  const reason = deed === 'verify' ? flags.text('reason') : needed(flags, 'reason', spec);
  const request: CommandRequest = {
    do: deed,
    ...(deed === 'reassign' ? { from, to } : {}),
    by: byOf(flags, io, spec),
    ...(reason === undefined ? {} : { reason }),
  };
  return commandOrder(serverOf(flags, io), order, request);
}

async function receipt(given: readonly string[], flags: Flags, io: Io, spec: CommandSpec): Promise<Answered> {
  const [order = '', party = '', said = ''] = given;
  const state = STATES.find((one) => one === said);
  if (state === undefined) throw usage(`"${said}" is not one of ${STATES.join(', ')}`, spec);
  const [street, note] = [flags.text('street'), flags.text('reason')];
  return sendReceipt(serverOf(flags, io), order, {
    party,
    state,
    by: byOf(flags, io, spec),
    ...(street === undefined ? {} : { street }),
    ...(note === undefined ? {} : { note }),
  });
}

function lineOf(deed: keyof typeof ORDER_DEEDS, { result, order, state, warning }: Answered): string {
  const word = result === 'repeated' ? '已办过 done before' : '已办 done';
  return `${word}  ${deed}  ${order}${state === undefined ? '' : `  → ${state}`}${warning === undefined ? '' : `\n  ${warning.zh} ${warning.en}`}`;
}
