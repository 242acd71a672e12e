import { evalLines } from '../app/eval-lines.ts';
import { readFlags, type CommandSpec } from './flags.ts';
import type { Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'rules eval [--reference] < QUESTIONS.ndjson',
  about: {
    zh: '逐行判定 {"conditions": …, "facts": {…}, "named": {…}}，每行答 {"result": true|false} 或 {"error": "…"}，与 json-rules-engine 一致',
    en: 'Answers each line {"conditions": …, "facts": {…}, "named": {…}} with {"result": true|false} or {"error": "…"}, as json-rules-engine would',
  },
  flags: {
    reference: { about: { zh: '由 json-rules-engine 本身作答，供比对', en: 'let json-rules-engine itself answer, to compare' } },
  },
};

export async function runRulesEval(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  await evalLines(io, flags.on('reference'));
  return 0;
}
