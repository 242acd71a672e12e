import { connect, type Socket } from 'node:net';

/** A lean MQTT 3.1.1 publisher: the load must cost less than what it loads. QoS 1, a window of packets in flight. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** Packets sent and not yet acknowledged, at the most. */
  readonly window: number;
  /** Topic and payload of the n-th message. */
  readonly message: (n: number) => { readonly topic: string; readonly payload: string };
}

export class LoadClient {
  private readonly options: LoadOptions;
  private readonly socket: Socket;
  private sent = 0;
  private acked = 0;
  private target = 0;
  private half = Buffer.alloc(0);
  private waiting: (() => void) | null = null;
  /** Called with the running number of every message that is acknowledged, in order. */
  onAck: ((n: number) => void) | null = null;

  private constructor(options: LoadOptions, socket: Socket) {
    this.options = options;
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', () => undefined);
  }

  static async open(options: LoadOptions): Promise<LoadClient> {
    const socket = connect(options.port, options.host);
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    const id = Buffer.from(options.clientId);
    const head = Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 60, id.length >> 8, id.length & 255]);
    socket.write(Buffer.concat([Buffer.from([0x10, head.length + id.length]), head, id]));
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    return new LoadClient(options, socket);
  }

  get acknowledged(): number {
    return this.acked;
  }

  /** Lets `count` more messages go; resolves when all that were let go are acknowledged. */
  send(count: number): Promise<void> {
    this.target += count;
    this.fill();
    return this.acked >= this.target
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.waiting = resolve;
        });
  }

  /** Lets messages go without waiting, for an open loop. */
  release(count: number): void {
    this.target += count;
    this.fill();
  }

  close(): void {
    this.socket.destroy();
  }

  private fill(): void {
    const packets: Buffer[] = [];
    while (this.sent < this.target && this.sent - this.acked < this.options.window) {
      packets.push(this.packet(this.sent));
      this.sent += 1;
    }
    if (packets.length > 0) this.socket.write(packets.length === 1 ? (packets[0] as Buffer) : Buffer.concat(packets));
  }

  private packet(n: number): Buffer {
    const { topic, payload } = this.options.message(n);
    const topicBytes = Buffer.byteLength(topic);
    const length = 4 + topicBytes + Buffer.byteLength(payload);
    const sizes =
      length < 128
        ? [length]
        : length < 16_384
          ? [(length & 127) | 128, length >> 7]
          : [(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14];
    const packet = Buffer.allocUnsafe(1 + sizes.length + length);
    let at = packet.writeUInt8(0x32, 0);
    for (const size of sizes) at = packet.writeUInt8(size, at);
    at = packet.writeUInt16BE(topicBytes, at);
    at += packet.write(topic, at);
    at = packet.writeUInt16BE((n % 65_535) + 1, at);
    packet.write(payload, at);
    return packet;
  }

  private read(chunk: Buffer): void {
    const bytes = this.half.length === 0 ? chunk : Buffer.concat([this.half, chunk]);
    let at = 0;
    // A PUBACK is four bytes; anything else (PINGRESP: two) is passed over.
    while (at + 2 <= bytes.length) {
      const size = 2 + (bytes[at + 1] as number);
      if (at + size > bytes.length) break;
      if ((bytes[at] as number) === 0x40) {
        this.onAck?.(this.acked);
        this.acked += 1;
      }
      at += size;
    }
    this.half = Buffer.from(bytes.subarray(at));
    this.fill();
    if (this.acked >= this.target && this.waiting !== null) {
      const done = this.waiting;
      this.waiting = null;
      done();
    }
  }
}
