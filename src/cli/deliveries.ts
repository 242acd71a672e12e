import { fetchDeliveries, replayDelivery, replayEndpoint, type DeliveryRow } from '../app/delivery-client.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'deliveries list|replay [ID | --endpoint ID] [--state STATE] [--party PARTY] [--even-if-overtaken] [--url URL] [--json]',
  about: {
    zh: 'list：查询投递；replay：把被搁置的一条或一个地址的全部重新投递，编号不变，按原次序，工单已结束的不再投',
    en: 'list: deliveries; replay: sends a parked one, or all of an endpoint, again: same ids, in their order, not once the order is over',
  },
  flags: {
    state: { value: 'STATE', about: { zh: '如 parked、waiting、accepted', en: 'e.g. parked, waiting, accepted' } },
    party: { value: 'PARTY', about: { zh: '只看这个单位的', en: 'only of this party' } },
    endpoint: { value: 'ID', about: { zh: '投递地址编号（maibo endpoints list）', en: 'id of an endpoint (maibo endpoints list)' } },
    'even-if-overtaken': { about: { zh: '之后的消息已送达时也重投', en: 'also where a later message of the order was taken meanwhile' } },
    ...SERVER_FLAGS,
  },
  operands: { least: 1, most: 2 },
};

export async function runDeliveries(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  switch (flags.operands[0]) {
    case 'list':
      return list(flags, io);
    case 'replay':
      return replay(flags, io);
    default:
      throw usage(`"${flags.operands[0] ?? ''}" is not one of list, replay`, SPEC);
  }
}

async function list(flags: Flags, io: Io): Promise<number> {
  const filter = { state: flags.text('state'), party: flags.text('party'), endpoint: flags.text('endpoint') };
  const deliveries = await fetchDeliveries(serverOf(flags, io), filter);
  if (flags.on('json')) say(io, JSON.stringify(deliveries));
  else for (const one of deliveries) say(io, line(one));
  return 0;
}

function line(one: DeliveryRow): string {
  const who = one.street === null ? one.party : `${one.party}/${one.street}`;
  const why = (one.state === 'parked' || one.state === 'waiting' ? one.lastAttempt?.reason : one.reason)?.text;
  const replays = one.replays.map(({ at, by }) => `  ↻ ${at} ${by ?? '–'}`).join('');
  return `${one.createdAt}  ${one.state.padEnd(10)} ${who}  ${one.type}  ${one.to}  ${one.id}${why === undefined ? '' : `  ${why.zh} / ${why.en}`}${replays}`;
}

async function replay(flags: Flags, io: Io): Promise<number> {
  const id = flags.operands[1];
  const endpoint = flags.text('endpoint');
  if ((id === undefined) === (endpoint === undefined)) throw usage('Give the id of a delivery, or --endpoint for all of one', SPEC);
  const server = serverOf(flags, io);
  const overtaken = flags.on('even-if-overtaken');
  const { replayed, refused } =
    id === undefined ? await replayEndpoint(server, endpoint ?? '', overtaken) : await replayDelivery(server, id, overtaken);
  if (flags.on('json')) say(io, JSON.stringify({ replayed, refused }));
  else {
    say(io, `重投 replayed ${replayed.length} · 未重投 refused ${refused.length}`);
    for (const one of refused) say(io, `  ${one.delivery}  ${one.title.zh} / ${one.title.en}: ${one.detail}`);
  }
  return refused.length === 0 ? 0 : 1;
}
