// `npm start`: set-up, then the demo in this very process, so that nothing of ours stands between it and Ctrl-C.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, SetUpError, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(1);
}
hearSignalsOnce();
stopWithNpm();
const entry = join(ROOT, 'dist/main.js');
process.argv = [process.execPath, entry, 'demo', ...process.argv.slice(2)];
await import(pathToFileURL(entry).href);

/**
 * Where npm's shell makes way for us (bash does, dash does not), one Ctrl-C comes twice: from the terminal and from npm.
 * The demo takes a second one as impatience, so the echo of the first is dropped.
 */
function hearSignalsOnce() {
  const emit = process.emit.bind(process);
  let heard = Number.NEGATIVE_INFINITY;
  process.emit = (name, ...rest) => {
    if (name === 'SIGINT' || name === 'SIGTERM') {
      const now = performance.now();
      if (now - heard < 500) return true;
      heard = now;
    }
    return emit(name, ...rest);
  };
}

/** Where the shell stays, a SIGTERM to npm ends npm and the shell and never reaches us: then we are alone. */
function stopWithNpm() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}
