import { Readable, Writable } from 'node:stream';
import type { Io } from './io.ts';

/** An `Io` of a plain terminal of 100 columns, and all that a command says to it. */
export function heardIo(input: NodeJS.ReadableStream = Readable.from([])): {
  readonly io: Io;
  readonly heard: { out: string; err: string };
} {
  const heard = { out: '', err: '' };
  const listen = (key: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        heard[key] += chunk.toString();
        done();
      },
    });
  const plain = { env: {}, signal: new AbortController().signal, columns: 100, colour: false, watched: false };
  return { io: { input, output: listen('out'), errors: listen('err'), ...plain }, heard };
}
