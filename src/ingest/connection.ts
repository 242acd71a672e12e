import type { Socket } from 'node:net';
import type { Client } from 'aedes';
import type { Millis } from '../model/time.ts';
import { AckLine } from './ack-line.ts';
import type { Grant } from './grant.ts';
import type { IngestLimits } from './limits.ts';
import { PacketGuard } from './packet-guard.ts';
import type { PacketFault } from './packet-guard.ts';
import type { Undurable } from './undurable.ts';

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly limits: IngestLimits;
  readonly undurable: Undurable;
  readonly acknowledged: (count: number) => void;
  readonly refused: (connection: Connection, fault: PacketFault, bytes: number) => void;
}

export type ConnectionFault = 'keepalive' | 'packet-unfinished' | 'acknowledgements-unread';

/** Acknowledgements and deliveries that may lie unread by the client before we stop reading it. */
const OUTPUT_LIMIT = 64 * 1_024;

/**
 * One client. The broker pulls bytes with `socket.read`; the connection stands in that call: it looks at every chunk
 * before the broker does, and gives none while the client has to wait.
 *
 * N1 The broker never sees a byte behind a faulty header.
 * N2 While too much is undurable, or the client leaves its acknowledgements unread, or it is not yet let in, nothing is
 *    read; TCP makes the client wait.
 * N3 Time during which we do not read never counts against keepalive.
 */
export class Connection {
  readonly socket: Socket;
  readonly address: string;
  readonly acks: AckLine;
  /** Filters and the QoS asked for. */
  readonly filters = new Map<string, number>();
  client: Client | null = null;
  /** The name of its log-in, known once it is let in; `''` where anybody may be anybody. */
  user = '';
  /** `null` where anybody may be anybody. */
  grant: Grant | null = null;
  /** Let in: CONNACK is sent. */
  ready = false;
  /** Why we ended it, so that it is reported once. */
  ended: string | null = null;
  astray = 0;
  /** Seconds, as the client asked; 0 is none. */
  keepalive = 0;
  private readonly options: ConnectionOptions;
  private readonly guard: PacketGuard;
  private waiting = false;
  private packetsSeen = 0;
  private idle: Millis = 0;
  private unfinished: Millis = 0;
  private undrained: Millis = 0;

  constructor(options: ConnectionOptions) {
    const { socket, limits, acknowledged } = options;
    this.options = options;
    this.socket = socket;
    this.address = socket.remoteAddress ?? '';
    this.guard = new PacketGuard(limits);
    this.acks = new AckLine((bytes, count) => {
      if (socket.destroyed || !socket.writable) return;
      socket.write(bytes);
      acknowledged(count);
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('drain', () => this.wake());
    this.standInRead();
  }

  /** It does not take what we write. */
  get congested(): boolean {
    return this.socket.writableLength > OUTPUT_LIMIT;
  }

  get id(): string {
    return this.client?.id ?? '';
  }

  /** Reading may go on, if nothing else is in the way. */
  wake(): void {
    if (!this.waiting || this.socket.destroyed || this.mustWait()) return;
    this.waiting = false;
    this.socket.emit('readable');
  }

  end(reason: string): void {
    this.ended ??= reason;
    this.socket.destroy();
  }

  /** Called at a steady pace; says why the connection must end. */
  tick(passed: Millis): ConnectionFault | null {
    if (!this.ready) return null;
    const { limits, undurable } = this.options;
    this.undrained = this.congested ? this.undrained + passed : 0;
    if (this.undrained >= limits.drainTimeout) return 'acknowledgements-unread';
    if (undurable.paused || this.waiting || this.guard.packets !== this.packetsSeen) {
      this.packetsSeen = this.guard.packets;
      this.idle = 0;
      this.unfinished = 0;
      return null;
    }
    this.idle += passed;
    this.unfinished = this.guard.partial ? this.unfinished + passed : 0;
    if (this.unfinished >= limits.packetTimeout) return 'packet-unfinished';
    return this.keepalive > 0 && this.idle > this.keepalive * 1_500 ? 'keepalive' : null;
  }

  private mustWait(): boolean {
    const enteringNow = !this.ready && this.guard.packets > 0;
    return enteringNow || this.options.undurable.paused || this.congested;
  }

  private standInRead(): void {
    const { socket } = this;
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number) => {
      if (size === 0) return read(0);
      if (this.mustWait()) {
        this.waiting = true;
        return null;
      }
      const chunk = read();
      const fault = chunk === null ? null : this.guard.scan(chunk);
      if (fault === null) return chunk;
      this.options.refused(this, fault, socket.bytesRead);
      return null;
    };
  }
}
