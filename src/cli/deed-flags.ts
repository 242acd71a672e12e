import { usage, type CommandSpec, type Flags, type FlagSpec } from './flags.ts';
import type { Io } from './io.ts';

/** For commands by which a person changes something: who, and why. */
export const DEED_FLAGS: Readonly<Record<string, FlagSpec>> = {
  by: { value: 'NAME', about: { zh: '何人，记入审计；默认登录名', en: 'who you are, for the record; default your log-in name' } },
  reason: { value: 'TEXT', about: { zh: '缘由，记入审计', en: 'why, for the record' } },
};

export function byOf(flags: Flags, io: Io, spec: CommandSpec): string {
  const name = flags.text('by') ?? io.env['USER'] ?? io.env['LOGNAME'] ?? io.env['USERNAME'] ?? '';
  if (name === '') throw usage('Say who you are with --by', spec);
  return name;
}

export function needed(flags: Flags, name: string, spec: CommandSpec): string {
  const value = flags.text(name);
  if (value === undefined || value === '') throw usage(`--${name} is missing`, spec);
  return value;
}
