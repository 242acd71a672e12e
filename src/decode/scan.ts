/** What one pass over the bytes of a JSON text finds, before anybody parses it. */
export interface Scan {
  /** Colons outside strings: the number of keys that were written, doubles included. */
  keys: number;
  /** Deepest nesting of objects and arrays. */
  depth: number;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Fills `into` (reused by the caller: this runs once a message). Says nothing about validity. */
export function scan(bytes: Uint8Array, into: Scan): void {
  let keys = 0;
  let depth = 0;
  let deepest = 0;
  const length = bytes.length;
  for (let i = 0; i < length; i += 1) {
    let byte = bytes[i] as number;
    if (byte === QUOTE) {
      for (i += 1; i < length; i += 1) {
        byte = bytes[i] as number;
        if (byte === QUOTE) break;
        if (byte === BACKSLASH) i += 1;
      }
    } else if (byte === COLON) keys += 1;
    else if ((byte & 0xdf) === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if ((byte & 0xdf) === 0x5d) depth -= 1;
  }
  into.keys = keys;
  into.depth = deepest;
}

/** Which members of a top-level array nest deeper than `limit`; the slow way, for a message that `scan` found too deep. */
export function deepMembers(bytes: Uint8Array, limit: number): ReadonlySet<number> {
  const found = new Set<number>();
  let depth = 0;
  let member = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) i = endOfString(bytes, i);
    else if ((byte & 0xdf) === 0x5b) {
      depth += 1;
      if (depth > limit) found.add(member);
    } else if ((byte & 0xdf) === 0x5d) depth -= 1;
    else if (byte === 0x2c && depth === 1) member += 1;
  }
  return found;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}
