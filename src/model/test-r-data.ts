import { gunzipSync } from 'node:zlib';

/** What an R object comes to: numbers, texts, lists by name or by place. */
export type RValue = null | string | readonly RValue[] | readonly number[] | { readonly [name: string]: RValue };

const [SYMBOL, PAIRS, CHARS, LOGICAL, INTEGER, REAL, STRINGS, LIST] = [1, 2, 9, 10, 13, 14, 16, 19] as const;
const [NIL, REFERENCE] = [0xfe, 0xff] as const;
const [HAS_ATTRIBUTES, HAS_TAG] = [0x200, 0x400] as const;
/** `RDX2`, a line, `X` and a line; then the versions of the format, of the writer and of the oldest reader. */
const HEAD = 'RDX2\nX\n';
const VERSIONS = 12;

/** Objects of an `.RData` file by name: gzip, XDR, version 2, and only the sorts of values that labelled series are made of. */
export function readRData(file: Uint8Array): { readonly [name: string]: RValue } {
  return new Reader(gunzipSync(file)).objects();
}

class Reader {
  private readonly bytes: Buffer;
  private readonly symbols: string[] = [];
  private at = HEAD.length + VERSIONS;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    if (bytes.toString('latin1', 0, HEAD.length) !== HEAD) throw new Error('not an XDR .RData file of version 2');
  }

  objects(): { readonly [name: string]: RValue } {
    return this.item() as { readonly [name: string]: RValue };
  }

  private item(): RValue {
    const flags = this.integer();
    const sort = flags & 0xff;
    if (sort === NIL) return null;
    if (sort === REFERENCE) return this.symbols[(flags >> 8) - 1] as string;
    if (sort === SYMBOL) {
      const name = this.item() as string;
      this.symbols.push(name);
      return name;
    }
    if (sort === PAIRS) return this.pairs(flags);
    const value = this.vector(sort, this.integer());
    const attributes = (flags & HAS_ATTRIBUTES) === 0 || sort === CHARS ? null : (this.item() as { readonly [name: string]: RValue });
    const names = attributes?.['names'] as readonly string[] | undefined;
    if (sort !== LIST || names === undefined) return value;
    return Object.fromEntries(names.map((name, i) => [name, (value as readonly RValue[])[i] as RValue]));
  }

  private pairs(first: number): RValue {
    const found: Record<string, RValue> = {};
    for (let flags = first; (flags & 0xff) === PAIRS; flags = this.integer()) {
      if ((flags & HAS_ATTRIBUTES) !== 0) this.item();
      const name = (flags & HAS_TAG) === 0 ? '' : (this.item() as string);
      found[name] = this.item();
    }
    return found;
  }

  private vector(sort: number, length: number): RValue {
    const each = <One>(read: () => One): One[] => Array.from({ length }, read);
    if (sort === CHARS) return length < 0 ? null : this.text(length);
    if (sort === LOGICAL || sort === INTEGER) return each(() => this.integer());
    if (sort === REAL) return each(() => this.real());
    if (sort === STRINGS || sort === LIST) return each(() => this.item());
    throw new Error(`a value of R of sort ${sort} at byte ${this.at} is not read here`);
  }

  private integer(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  private real(): number {
    this.at += 8;
    return this.bytes.readDoubleBE(this.at - 8);
  }

  private text(length: number): string {
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}
