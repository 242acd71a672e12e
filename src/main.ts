#!/usr/bin/env node
import { runCommand } from './cli/commands.ts';
import { processIo } from './cli/io.ts';
import { reportError } from './cli/report-error.ts';

const args = process.argv.slice(2);
const stop = new AbortController();
const io = processIo(stop.signal);

// The first signal asks the command to end; the second does not ask.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(code);
    stop.abort();
  });
}
// `maibo … | head` closes the pipe early: that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exitCode = await runCommand(args, io);
} catch (error) {
  process.exitCode = reportError(error, io, args.includes('--json'));
}
