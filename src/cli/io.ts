import { visibleLines } from '../model/visible-text.ts';

/** What a command may touch of the world around it; tests pass their own. */
export interface Io {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM: end what you do, then return. */
  readonly signal: AbortSignal;
  /** Of the standard output. */
  readonly columns: number;
  readonly colour: boolean;
  /** Somebody watches the standard error: progress may be drawn there. */
  readonly watched: boolean;
}

export function processIo(signal: AbortSignal): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    input: stdin,
    output: stdout,
    errors: stderr,
    env,
    signal,
    columns: stdout.isTTY ? stdout.columns : 100,
    colour: wantsColour(stdout.isTTY, env),
    watched: stderr.isTTY && env['TERM'] !== 'dumb',
  };
}

/** Colours only on a terminal, and never where NO_COLOR says so (https://no-color.org: any value but the empty one). */
export function wantsColour(terminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Much of what is said comes from outside: it must not speak to the terminal. */
export function say(io: Io, line: string): void {
  io.output.write(`${visibleLines(line)}\n`);
}

export function warn(io: Io, line: string): void {
  io.errors.write(`${visibleLines(line)}\n`);
}
