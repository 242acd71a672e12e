/** Why a connection must end before the broker sees another byte of it. */
export type PacketFault = 'connect-expected' | 'packet-type-reserved' | 'length-malformed' | 'packet-too-large' | 'connect-too-large';

export interface GuardLimits {
  readonly packetBytes: number;
  readonly connectBytes: number;
}

const CONNECT = 0x10;
const MAX_LENGTH_BYTES = 4;

/**
 * Follows the fixed headers of one connection across chunks, without copying a byte: the parser behind it has no limit of
 * its own and would collect whatever a header announces.
 */
export class PacketGuard {
  private readonly limits: GuardLimits;
  private first = true;
  /** Bytes of the current body that are still to come. */
  private left = 0;
  /** Length bytes read of the current header; -1: the type byte is next. */
  private digits = -1;
  private length = 0;
  private fault: PacketFault | null = null;
  /** Packets that came in whole. */
  packets = 0;

  constructor(limits: GuardLimits) {
    this.limits = limits;
  }

  /** A packet has begun and is not yet whole. */
  get partial(): boolean {
    return this.left > 0 || this.digits >= 0;
  }

  /** Every chunk passes here, in order. Once faulty, always faulty. */
  scan(chunk: Uint8Array): PacketFault | null {
    const end = chunk.length;
    let at = 0;
    while (this.fault === null && at < end) {
      if (this.left > 0) {
        const taken = Math.min(this.left, end - at);
        this.left -= taken;
        at += taken;
        if (this.left === 0) this.packets += 1;
      } else {
        this.fault = this.header(chunk[at] ?? 0);
        at += 1;
      }
    }
    return this.fault;
  }

  private header(byte: number): PacketFault | null {
    if (this.digits < 0) return this.type(byte);
    this.length += (byte & 0x7f) * 128 ** this.digits;
    this.digits += 1;
    if (byte >= 0x80) return this.digits === MAX_LENGTH_BYTES ? 'length-malformed' : this.tooLarge();
    const fault = this.tooLarge();
    this.left = this.length;
    this.digits = -1;
    this.first = false;
    if (this.left === 0) this.packets += 1;
    return fault;
  }

  private type(byte: number): PacketFault | null {
    if (this.first && byte !== CONNECT) return 'connect-expected';
    const type = byte >> 4;
    if (type === 0 || type === 15) return 'packet-type-reserved';
    this.digits = 0;
    this.length = 0;
    return null;
  }

  private tooLarge(): PacketFault | null {
    if (this.first) return this.length > this.limits.connectBytes ? 'connect-too-large' : null;
    return this.length > this.limits.packetBytes ? 'packet-too-large' : null;
  }
}
