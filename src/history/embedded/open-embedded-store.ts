import { DuckFile } from './duck-file.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { Parts } from './parts.ts';
import { Dictionary } from './words.ts';

export interface EmbeddedOptions {
  /** The history is one file in it. */
  readonly directory: string;
  /** What DuckDB may take of the memory, as DuckDB writes it; default 512 MB. What does not fit is sorted on the disk. */
  readonly memory?: string;
  /** Default 2. */
  readonly threads?: number;
  /** The write-ahead log may grow to this before it is moved into the file; default 64 MB. */
  readonly checkpoint?: string;
}

/**
 * Opens the history, making it where there is none.
 * @throws Refusal: `history-directory`, `history-locked`, `history-foreign`, `history-newer`.
 */
export async function openEmbeddedStore(options: EmbeddedOptions): Promise<EmbeddedStore> {
  const { directory, memory = '512MB', threads = 2, checkpoint = '64MB' } = options;
  const known = { words: new Dictionary(), parts: new Parts() };
  const file = await DuckFile.open(directory, { memory, threads, checkpoint }, async (writer) => {
    await known.words.load(writer);
    await known.parts.load(writer);
  });
  return new EmbeddedStore(file, known);
}
