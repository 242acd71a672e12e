import { countKeys, DEPTH_LIMIT, findDuplicateKeys } from './duplicate-keys.ts';
import { refused } from './decoded.ts';
import type { Refused } from './decoded.ts';
import { deepMembers, scan } from './scan.ts';
import type { Scan } from './scan.ts';

/** A parsed JSON text, with the faults that JSON.parse does not see. */
export interface JsonText {
  readonly kind: 'json';
  readonly value: unknown;
  /** Members of a top-level array that may not be read, by index. */
  readonly faults: ReadonlyMap<number, Refused>;
}

const NO_FAULTS: ReadonlyMap<number, Refused> = new Map();
/** One member of a batch may be too deep and the others stay good; a batch deeper than this is no mistake and costs no parse. */
const HOSTILE_DEPTH = 2_048;
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes → value, in two passes: one over the bytes for what JSON.parse swallows (bad UTF-8, depth, keys written twice), one by JSON.parse. */
export function createJsonReader(): (payload: Uint8Array) => JsonText | Refused {
  const found: Scan = { keys: 0, depth: 0 };
  return (payload) => {
    const bytes = withoutMark(payload);
    scan(bytes, found);
    if (found.depth > (isArray(bytes) ? HOSTILE_DEPTH : DEPTH_LIMIT)) return tooDeep('');
    let text: string;
    try {
      text = DECODER.decode(bytes);
    } catch {
      return refused('utf8-invalid', '', 'The payload is not UTF-8; send JSON in UTF-8.');
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return refused('json-invalid', '', `The payload is not JSON: ${(error as Error).message.slice(0, 120)}`);
    }
    if (found.depth <= DEPTH_LIMIT && countKeys(value) === found.keys) return { kind: 'json', value, faults: NO_FAULTS };
    return faultsOf(value, text, found.depth > DEPTH_LIMIT ? deepMembers(bytes, DEPTH_LIMIT) : new Set());
  };
}

/** RFC 8259 lets a reader ignore a byte-order mark. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The first byte that is no white space opens an array. */
function isArray(bytes: Uint8Array): boolean {
  let i = 0;
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i += 1;
  return bytes[i] === 0x5b;
}

function faultsOf(value: unknown, text: string, deep: ReadonlySet<number>): JsonText | Refused {
  const faults = new Map<number, Refused>();
  for (const index of deep) faults.set(index, tooDeep(`/${index}`));
  for (const pointer of findDuplicateKeys(text)) {
    if (!Array.isArray(value)) return twice(pointer);
    const index = Number(pointer.split('/', 2)[1]);
    if (!faults.has(index)) faults.set(index, twice(pointer));
  }
  return { kind: 'json', value, faults };
}

function tooDeep(pointer: string): Refused {
  return refused('json-too-deep', pointer, `The payload nests deeper than ${DEPTH_LIMIT} levels.`);
}

function twice(pointer: string): Refused {
  return refused('json-duplicate-key', pointer, 'This key stands twice in one object; which one is meant is not known.');
}
