/** PUBACK answers QoS 1, PUBREC answers QoS 2. */
export type AckType = 0x40 | 0x50;

export interface Owed {
  readonly type: AckType;
  readonly messageId: number;
  durable: boolean;
}

const COMPACT_AT = 1_024;

/**
 * The acknowledgements that one connection is owed.
 *
 * A1 Nothing is acknowledged before its message is durable.
 * A2 Acknowledgements leave in the order in which the messages came, whatever the order in which they became durable.
 * A3 A line belongs to one connection: once it is closed nothing more is written, so an old acknowledgement never reaches
 *    a new connection, where the same id means another message.
 *
 * All that becomes durable in one turn leaves in one write.
 */
export class AckLine {
  private readonly write: (bytes: Buffer, count: number) => void;
  private readonly owed: Owed[] = [];
  private head = 0;
  private scheduled = false;
  private closed = false;

  constructor(write: (bytes: Buffer, count: number) => void) {
    this.write = write;
  }

  get length(): number {
    return this.owed.length - this.head;
  }

  owe(type: AckType, messageId: number): Owed {
    const owed: Owed = { type, messageId, durable: false };
    this.owed.push(owed);
    return owed;
  }

  durable(owed: Owed): void {
    owed.durable = true;
    if (this.closed || this.scheduled || this.owed[this.head] !== owed) return;
    this.scheduled = true;
    process.nextTick(() => this.flush());
  }

  close(): void {
    this.closed = true;
    this.owed.length = 0;
    this.head = 0;
  }

  private flush(): void {
    this.scheduled = false;
    if (this.closed) return;
    const from = this.head;
    let to = from;
    while (this.owed[to]?.durable === true) to += 1;
    if (to === from) return;
    const bytes = this.packets(from, to);
    this.head = to;
    this.compact();
    this.write(bytes, to - from);
  }

  private packets(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe((to - from) * 4);
    let at = 0;
    for (let index = from; index < to; index += 1) {
      const { type, messageId } = this.owed[index] as Owed;
      bytes[at] = type;
      bytes[at + 1] = 2;
      bytes[at + 2] = messageId >> 8;
      bytes[at + 3] = messageId & 0xff;
      at += 4;
    }
    return bytes;
  }

  private compact(): void {
    if (this.head === this.owed.length) this.owed.length = 0;
    else if (this.head >= COMPACT_AT && this.head * 2 >= this.owed.length) this.owed.splice(0, this.head);
    else return;
    this.head = 0;
  }
}
