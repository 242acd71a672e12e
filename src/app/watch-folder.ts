import { watch, type FSWatcher } from 'node:fs';

/** Editors write a file in several steps. */
const SETTLE = 300;
/** Where the system cannot watch, somebody must look. */
const LOOK = 5_000;

/** Calls back some time after anything below the folder has changed. @returns a function that ends it */
export function watchFolder(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  const after = (pause: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A file that was replaced is another one, which the old watcher does not follow on Linux.
      begin();
      changed();
    }, pause);
  };
  const begin = (): void => {
    watcher?.close();
    watcher = null;
    try {
      const begun = watch(folder, { recursive: true }, () => after(SETTLE));
      watcher = begun;
      begun.on('error', () => {
        if (watcher === begun) after(LOOK);
      });
    } catch {
      after(LOOK);
    }
  };
  begin();
  return () => {
    clearTimeout(timer);
    watcher?.close();
    watcher = null;
  };
}
