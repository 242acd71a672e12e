import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = 'mosquitto';

/** For tests that need the real thing. Absent, they are skipped, or fail where everything is required. */
export function hasMosquitto(): boolean {
  const found = spawnSync(BINARY, ['-h']).error === undefined;
  if (!found && process.env['MAIBO_TEST_REQUIRE'] === 'all')
    throw new Error('MAIBO_TEST_REQUIRE=all, but there is no mosquitto on the PATH');
  return found;
}

export const ABSENT = 'absent: no mosquitto on the PATH, so an existing broker is not tested';

/** A Mosquitto on a free port. Its sessions are on disk only when told; from memory it acknowledges its publishers before. */
export class Mosquitto {
  readonly port: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'maibo-mosquitto-'));
  private child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<Mosquitto> {
    const mosquitto = new Mosquitto(await freePort());
    await mosquitto.restart();
    return mosquitto;
  }

  async restart(): Promise<void> {
    const config = join(this.folder, 'mosquitto.conf');
    const lines = [`listener ${this.port} 127.0.0.1`, 'allow_anonymous true', 'persistence true', `persistence_location ${this.folder}/`];
    writeFileSync(config, [...lines, 'autosave_interval 0', 'max_inflight_messages 1000', 'user root', ''].join('\n'));
    this.child = spawn(BINARY, ['-c', config], { stdio: 'ignore' });
    for (let answered = false; !answered; ) answered = await answers(this.port);
  }

  /** Returns when what it holds is on disk: the file is replaced, never written over. */
  async save(): Promise<void> {
    const file = (): number => statSync(join(this.folder, 'mosquitto.db'), { throwIfNoEntry: false })?.ino ?? 0;
    const before = file();
    this.child?.kill('SIGUSR1');
    while (file() === before) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Stands between a client and a broker: sees every byte that the client sends, one buffer a connection, and can cut. */
export class Wire {
  readonly sent: Buffer[][] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(target: number) {
    this.server = createServer((near) => {
      const record: Buffer[] = [];
      this.sent.push(record);
      const far = connect(target, '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => [near, far].forEach((end) => end.destroy()));
      }
      near.on('data', (chunk: Buffer) => record.push(chunk));
      near.pipe(far);
      far.pipe(near);
    });
  }

  static async open(target: number): Promise<Wire> {
    const wire = new Wire(target);
    wire.server.listen(0, '127.0.0.1');
    await once(wire.server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  /** Ids of the PUBACKs (0x40) or PUBRECs (0x50) that went over the nth connection. */
  acknowledged(connection: number, type = 0x40): readonly number[] {
    const bytes = Buffer.concat(this.sent[connection] ?? []);
    const ids: number[] = [];
    for (let at = 0; at + 2 <= bytes.length; ) {
      let length = 0;
      let digits = 0;
      for (let more = true; more; digits += 1) {
        const byte = bytes[at + 1 + digits] ?? 0;
        length += (byte & 0x7f) * 128 ** digits;
        more = byte >= 0x80;
      }
      if (bytes[at] === type) ids.push(bytes.readUInt16BE(at + 2));
      at += 1 + digits + length;
    }
    return ids;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => setTimeout(() => resolve(false), 10));
  });
}
