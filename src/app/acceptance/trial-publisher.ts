import { connect, type Socket } from 'node:net';

interface Pending {
  readonly packet: Buffer;
  readonly acknowledged: () => void;
}

/** What may wait for a PUBACK; a gateway's memory is not endless either. */
const PENDING_LIMIT = 5_000;
const RETRY = 30;

/**
 * A gateway as plain as can be: QoS 1 over a bare socket. What is not acknowledged when the connection ends is sent again
 * over the next one, in the same order and with the same ids; it goes on trying for as long as it is open.
 */
export class TrialPublisher {
  private readonly port: number;
  private readonly pending = new Map<number, Pending>();
  private socket: Socket | null = null;
  private welcome = false;
  private half: Buffer = Buffer.alloc(0);
  private lastId = 0;
  private closed = false;
  private idle: (() => void)[] = [];

  constructor(port: number) {
    this.port = port;
    this.connect();
  }

  /** False when too much is waiting already: whoever measures leaves this one out. */
  get hasRoom(): boolean {
    return this.pending.size < PENDING_LIMIT;
  }

  publish(topic: string, payload: string, acknowledged: () => void): void {
    let id = this.lastId;
    do id = (id % 65_535) + 1;
    while (this.pending.has(id));
    this.lastId = id;
    const packet = publishPacket(topic, payload, id);
    this.pending.set(id, { packet, acknowledged });
    if (this.welcome) this.socket?.write(packet);
  }

  /** Resolves when everything is acknowledged. */
  drained(): Promise<void> {
    return this.pending.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  close(): void {
    this.closed = true;
    this.socket?.destroy();
  }

  private connect(): void {
    const socket = connect(this.port, '127.0.0.1');
    this.socket = socket;
    this.welcome = false;
    this.half = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('connect', () => socket.write(CONNECT));
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.welcome = false;
      if (!this.closed) setTimeout(() => this.connect(), RETRY);
    });
  }

  private read(chunk: Buffer): void {
    const bytes = Buffer.concat([this.half, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length && at + 2 + (bytes[at + 1] as number) <= bytes.length) {
      const kind = (bytes[at] as number) >> 4;
      if (kind === 2) this.welcomed();
      if (kind === 4) this.settle(bytes.readUInt16BE(at + 2));
      at += 2 + (bytes[at + 1] as number);
    }
    this.half = bytes.subarray(at);
  }

  private welcomed(): void {
    this.welcome = true;
    for (const { packet } of this.pending.values()) this.socket?.write(packet);
  }

  private settle(id: number): void {
    const done = this.pending.get(id);
    this.pending.delete(id);
    done?.acknowledged();
    if (this.pending.size > 0) return;
    const waiting = this.idle;
    this.idle = [];
    for (const resolve of waiting) resolve();
  }
}

/** MQTT 3.1.1, clean session, no keepalive, client id `kill`. */
const CONNECT = Buffer.from([0x10, 16, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0, 4, 107, 105, 108, 108]);

function publishPacket(topic: string, payload: string, id: number): Buffer {
  const body = Buffer.alloc(2 + Buffer.byteLength(topic) + 2 + Buffer.byteLength(payload));
  let at = body.writeUInt16BE(Buffer.byteLength(topic), 0);
  at += body.write(topic, at);
  at = body.writeUInt16BE(id, at);
  body.write(payload, at);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([0x32, ...length]), body]);
}
