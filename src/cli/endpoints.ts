import { fetchEndpoints, type EndpointRow } from '../app/delivery-client.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'endpoints list [--url http://HOST:PORT] [--json]',
  about: {
    zh: '各投递地址的状况：等待、搁置、何时起无应答、最近失败',
    en: 'How each address does: waiting, parked, down since, last failure',
  },
  flags: SERVER_FLAGS,
  operands: { least: 1, most: 1 },
};

export async function runEndpoints(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action] = flags.operands;
  if (action !== 'list') throw usage(`"${action ?? ''}" is not list`, SPEC);
  const endpoints = await fetchEndpoints(serverOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(endpoints));
  else for (const one of endpoints) for (const line of linesOf(one)) say(io, line);
  return 0;
}

function linesOf(one: EndpointRow): string[] {
  const serves = one.serves.map(({ party, street }) => (street === null ? party : `${party}/${street}`)).join(', ');
  const state = one.down ? '✗ 无应答 down' : one.parked > 0 ? '! 有搁置 parked' : '✓ 正常 good';
  const gone = one.configured ? '' : '  已不在配置中 no longer configured';
  const lines = [
    `${state}  ${serves}  ${one.to}  ${one.id}${gone}`,
    `    等待 waiting ${one.waiting} · 在途 under way ${one.underWay} · 搁置 parked ${one.parked} · 最近送达 last success ${one.lastSuccess ?? '–'}`,
  ];
  if (one.downSince !== null) lines.push(`    自 ${one.downSince} 起无应答 / no answer since then`);
  if (one.lastFailure !== null) {
    const { at, text } = one.lastFailure;
    lines.push(`    最近失败 last failure ${at}  ${text.zh} / ${text.en}`);
  }
  return lines;
}
