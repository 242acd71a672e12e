import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ABSENT = 'absent: no influxd on the PATH, so a real InfluxDB is not tested: apt-get install influxdb';
export const VICTORIA_ABSENT = 'absent: no victoria-metrics on the PATH, so it is not tested: apt-get install victoria-metrics';

export const hasInfluxd = (): boolean => has('influxd');
export const hasVictoria = (): boolean => has('victoria-metrics');

/** For tests that need the real thing. Absent, they are skipped, or fail where everything is required. */
function has(binary: string): boolean {
  const found = spawnSync(binary, ['-version']).error === undefined;
  if (!found && process.env['MAIBO_TEST_REQUIRE'] === 'all')
    throw new Error(`MAIBO_TEST_REQUIRE=all, but there is no ${binary} on the PATH`);
  return found;
}

interface Program {
  readonly binary: string;
  /** Answers 2xx when the server is ready. */
  readonly ready: string;
  /** @returns the arguments for a server in this folder at this port */
  readonly arguments: (folder: string, port: number) => Promise<readonly string[]>;
}

/** A real server on a free port, in a folder of its own; killed, it can come back with what it had on disk. */
export class TestServer {
  readonly port: number;
  private readonly program: Program;
  private readonly folder: string;
  private readonly start: readonly string[];
  private child: ChildProcess | null = null;

  private constructor(program: Program, { folder, port, start }: { folder: string; port: number; start: readonly string[] }) {
    this.program = program;
    this.folder = folder;
    this.port = port;
    this.start = start;
  }

  static influxd(): Promise<TestServer> {
    return TestServer.run({ binary: 'influxd', ready: '/ping', arguments: influxArguments });
  }

  static victoria(): Promise<TestServer> {
    return TestServer.run({ binary: 'victoria-metrics', ready: '/health', arguments: victoriaArguments });
  }

  private static async run(program: Program): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), `maibo-${program.binary}-`));
    const port = await freePort();
    const server = new TestServer(program, { folder, port, start: await program.arguments(folder, port) });
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Returns when it answers. */
  async restart(): Promise<void> {
    const child = spawn(this.program.binary, this.start, { stdio: 'ignore' });
    this.child = child;
    while (!(await answers(`${this.url}${this.program.ready}`))) {
      if (child.exitCode !== null) throw new Error(`${this.program.binary} ended with ${child.exitCode}`);
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** InfluxQL of a test, past all that is tested. */
  async ask(query: string, database = ''): Promise<unknown> {
    const address = `${this.url}/query?db=${encodeURIComponent(database)}`;
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams({ q: query }) });
    return answer.json();
  }

  /** Numbers of a sensor's pm25 in an InfluxDB, in the order of time, past all that is tested. */
  async numbersOf(sensor: string, database: string): Promise<readonly (readonly [at: number, value: number])[]> {
    const query = `SELECT "value" FROM "reading" WHERE "sensor" = '${sensor}' AND "measure" = 'pm25'`;
    const answer = (await this.ask(query, database)) as {
      readonly results: readonly { readonly series?: readonly { readonly values: readonly (readonly [string, number])[] }[] }[];
    };
    return (answer.results[0]?.series?.[0]?.values ?? []).map(([time, value]) => [Date.parse(time), value]);
  }

  async textOf(path: string): Promise<string> {
    return (await fetch(`${this.url}${path}`)).text();
  }
}

async function influxArguments(folder: string, port: number): Promise<readonly string[]> {
  const file = join(folder, 'influxdb.conf');
  const sections = [
    `reporting-disabled = true\nbind-address = "127.0.0.1:${await freePort()}"`,
    `[meta]\ndir = "${folder}/meta"`,
    `[data]\ndir = "${folder}/data"\nwal-dir = "${folder}/wal"\nquery-log-enabled = false`,
    `[monitor]\nstore-enabled = false`,
    `[http]\nbind-address = "127.0.0.1:${port}"\nlog-enabled = false`,
  ];
  writeFileSync(file, sections.join('\n'));
  return ['-config', file];
}

function victoriaArguments(folder: string, port: number): Promise<readonly string[]> {
  return Promise.resolve([`-storageDataPath=${folder}/data`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=100y']);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return false;
  }
}
