import { parseArgs } from 'node:util';
import { Refusal } from '../model/problem.ts';
import type { Text } from '../model/text.ts';
import { say } from './io.ts';
import type { Io } from './io.ts';

export interface FlagSpec {
  readonly about: Text;
  /** Name of the value in the help; a flag without one is a switch. */
  readonly value?: string;
}

export interface CommandSpec {
  /** What follows `maibo`, e.g. `replay FILE --map MAPPING`. */
  readonly usage: string;
  readonly about: Text;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** How many arguments beside the flags; default none. */
  readonly operands?: { readonly least: number; readonly most: number };
}

export interface Flags {
  readonly operands: readonly string[];
  readonly text: (name: string) => string | undefined;
  readonly on: (name: string) => boolean;
}

/** Every command has these. */
const COMMON: Readonly<Record<string, FlagSpec>> = {
  config: {
    value: 'FILE',
    about: { zh: '配置文件，默认 MAIBO_CONFIG 或 ./maibo.json', en: 'configuration; default MAIBO_CONFIG or ./maibo.json' },
  },
  json: { about: { zh: '以 JSON 输出', en: 'print JSON' } },
  help: { about: { zh: '显示本说明', en: 'show this help' } },
};

/** `null`: help was asked for and has been printed. */
export function readFlags(args: readonly string[], spec: CommandSpec, io: Io): Flags | null {
  const all = { ...spec.flags, ...COMMON };
  const parsed = parse(args, all, spec);
  if (parsed.values['help'] === true) {
    say(io, commandHelp(spec));
    return null;
  }
  const { least, most } = spec.operands ?? { least: 0, most: 0 };
  const count = parsed.positionals.length;
  if (count < least) throw usage(`An argument is missing`, spec);
  if (count > most) throw usage(`"${String(parsed.positionals[most])}" is one argument too many`, spec);
  return {
    operands: parsed.positionals,
    text: (name) => {
      const value = parsed.values[name];
      return typeof value === 'string' ? value : undefined;
    },
    on: (name) => parsed.values[name] === true,
  };
}

export function usage(reason: string, spec: CommandSpec): Refusal {
  return new Refusal('usage', `${reason.replace(/\.$/, '')}. Usage: maibo ${spec.usage}`);
}

function parse(args: readonly string[], flags: Readonly<Record<string, FlagSpec>>, spec: CommandSpec) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, { type: flag.value === undefined ? 'boolean' : 'string' } as const]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node adds a second sentence about `--`; the first says what is wrong.
    throw usage((error as Error).message.split('. ')[0] as string, spec);
  }
}

export function commandHelp(spec: CommandSpec): string {
  const rows = Object.entries({ ...spec.flags, ...COMMON }).map(([name, flag]) => ({
    left: `  --${name}${flag.value === undefined ? '' : ` ${flag.value}`}`,
    about: flag.about,
  }));
  const width = Math.max(...rows.map((row) => row.left.length)) + 2;
  const lines = rows.map((row) => `${row.left.padEnd(width)}${row.about.zh}\n${' '.repeat(width)}${row.about.en}`);
  return [`maibo ${spec.usage}`, '', `  ${spec.about.zh}`, `  ${spec.about.en}`, '', ...lines].join('\n');
}
