import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** Absent, what needs them is skipped with a sentence; where everything is required that is a failure. */
export const CLIENTS_ABSENT = 'absent: no mosquitto_pub on the PATH, so the scenes are not played: apt-get install mosquitto-clients';

export function hasClients(): boolean {
  const found = spawnSync('mosquitto_pub', ['--help']).error === undefined;
  if (!found && process.env['MAIBO_TEST_REQUIRE'] === 'all') throw new Error(CLIENTS_ABSENT);
  return found;
}

export interface Publication {
  readonly port: number;
  readonly topic: string;
  readonly message: string;
  /** User and password. */
  readonly as?: readonly [string, string];
}

/** Plain mosquitto_pub at QoS 1. @returns its exit code: 0 when the PUBACK came. */
export function publish({ port, topic, message, as }: Publication): Promise<number | null> {
  const login = as === undefined ? [] : ['-u', as[0], '-P', as[1]];
  const child = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-t', topic, '-s', ...login], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.on('error', () => undefined).end(message);
  return new Promise((resolve) => child.once('exit', resolve));
}

/** A mosquitto_sub that keeps what it hears. */
export class Subscriber {
  readonly heard: { readonly topic: string; readonly text: string }[] = [];
  private readonly child: ChildProcess;

  constructor(port: number, filter: string) {
    this.child = spawn('mosquitto_sub', ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-t', filter, '-F', '%t %p'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.heard.push({ topic: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1) });
    });
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    if (!this.child.kill()) return;
    await exited;
  }
}
