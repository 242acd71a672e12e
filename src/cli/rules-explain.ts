import { fetchExplanation } from '../app/explain-client.ts';
import { explanationLines } from './explanation/explanation-lines.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'rules explain SIGN KEY [--url http://HOST:PORT] [--json]',
  about: {
    zh: '向运行中的服务询问：体征 SIGN 在 KEY 上为何告警，或为何没有。KEY 可以是 sensor:… place:… street:… gateway:…，或只写编号',
    en: 'Asks the running server why the sign SIGN stands as it does at KEY, or why not. KEY is sensor:…, place:…, street:…, gateway:…, or the id alone',
  },
  flags: SERVER_FLAGS,
  operands: { least: 2, most: 2 },
};

/** 0: the sign has this key; 1: it has not, and what would make it was said. */
export async function runRulesExplain(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [sign, key] = flags.operands;
  if (sign === undefined || key === undefined) throw usage('A sign and a key are needed', SPEC);
  const explanation = await fetchExplanation(serverOf(flags, io), sign, key);
  if (flags.on('json')) say(io, JSON.stringify(explanation));
  else for (const line of explanationLines(explanation, Math.min(io.columns, 100))) say(io, line);
  return explanation.exists ? 0 : 1;
}
