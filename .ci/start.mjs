// `npm start`: set-up, then the demo in this very process, so that nothing stands between it and Ctrl-C.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setUp, SetUpError } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(1);
}
const entry = join(ROOT, 'dist/main.js');
process.argv = [process.execPath, entry, 'demo', ...process.argv.slice(2)];
await import(pathToFileURL(entry).href);
