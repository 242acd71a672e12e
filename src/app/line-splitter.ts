const NEWLINE = 0x0a;

/** A line without its end; `null` for one that was longer than the limit. */
export type Line = Buffer | null;

/** Cuts a stream of bytes into lines and holds at most one, of at most `limit` bytes. */
export class LineSplitter {
  private readonly limit: number;
  private parts: Buffer[] = [];
  private held = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.hold(chunk.subarray(from, at));
      lines.push(this.take());
      from = at + 1;
    }
    this.hold(chunk.subarray(from));
    return lines;
  }

  /** The last line may end with the stream. */
  end(): Line[] {
    return this.held === 0 ? [] : [this.take()];
  }

  private hold(part: Buffer): void {
    this.held += part.length;
    if (this.held > this.limit) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  private take(): Line {
    const { parts, held } = this;
    this.parts = [];
    this.held = 0;
    if (held > this.limit) return null;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}
