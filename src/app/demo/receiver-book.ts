import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Something that the receiver did, under the id of the message that asked for it. */
export interface Effect {
  readonly id: string;
  readonly order: string;
  readonly type: string;
}

export interface ReceiverBook {
  has(id: string): boolean;
  /** On disk when it returns. */
  write(effect: Effect): void;
  readonly effects: readonly Effect[];
  close(): void;
}

/**
 * The ids that a receiver has taken, one line each; `null` keeps them in memory only. A line that a crash cut short was
 * never answered with 2xx, so it is skipped here and its message comes again.
 */
export function openBook(file: string | null): ReceiverBook {
  const effects = file === null || !existsSync(file) ? [] : readFileSync(file, 'utf8').split('\n').flatMap(readLine);
  const ids = new Set(effects.map(({ id }) => id));
  if (file !== null) mkdirSync(dirname(file), { recursive: true });
  const descriptor = file === null ? null : openSync(file, 'a');
  return {
    has: (id) => ids.has(id),
    write: (effect) => {
      if (descriptor !== null) {
        // The line break comes first, so that a line cut short cannot spoil the next one.
        writeSync(descriptor, `\n${JSON.stringify(effect)}`);
        fsyncSync(descriptor);
      }
      ids.add(effect.id);
      effects.push(effect);
    },
    effects,
    close: () => {
      if (descriptor !== null) closeSync(descriptor);
    },
  };
}

function readLine(line: string): Effect[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Effect];
  } catch {
    return [];
  }
}
