import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  readonly pid: number;
  /** Lines of standard error, for when something goes wrong. */
  readonly errors: () => string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface ServerCommand {
  /** The compiled entry point. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Program and arguments that run before node, e.g. a tracer. */
  readonly under?: readonly string[];
}

/** Starts a real server as a real process, and waits until it says that it is ready. */
export async function startServer(command: ServerCommand, http: string): Promise<ServerProcess> {
  const line = [...(command.under ?? []), process.execPath, command.entry, ...command.args];
  const child: ChildProcess = spawn(line[0] as string, line.slice(1), {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await Promise.race([
    readyAt(http),
    exited.then((code) => {
      throw new Error(`the server ended with ${String(code)} before it was ready: ${errors}`);
    }),
  ]);
  return {
    pid: child.pid as number,
    errors: () => errors,
    kill: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Asks until it answers; the deadline is generous because a full replay may come first. */
async function readyAt(http: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const response = await fetch(`${http}/readyz`);
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) throw new Error(`no server became ready at ${http}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The root of the checkout, from the source as well as from the compiled file. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
