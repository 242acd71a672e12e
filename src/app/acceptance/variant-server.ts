import { loadConfig } from '../../config/load-config.ts';
import type { Intake } from '../../ingest/intake.ts';
import { serve, type ServeOptions } from '../serve.ts';

/*
 * A server that is wrong on purpose, to show that the trials would notice, or to compare with:
 * `early` acknowledges before anything is durable; `none` commits without waiting for the disk; `eager-history` keeps history
 * by a cursor that is moved before the write.
 */
const variants: Readonly<Record<string, ServeOptions['variant']>> = {
  early: { intake: early },
  none: { journal: { durability: 'none' } },
  'eager-history': { history: { program: new URL('./history/eager-history.js', import.meta.url) } },
};
const variant = variants[process.argv[2] ?? 'early'];

/** How long what is acknowledged already stays out of the log: long enough for every kill to meet some. */
const TOO_LATE = 150;

/** Acknowledges at once; what the pipeline says later is too late. */
function early(intake: Intake): Intake {
  return {
    offer: (gateway, topic, payload, settled) => {
      settled(null);
      setTimeout(() => intake.offer(gateway, topic, payload, () => undefined), TOO_LATE);
    },
  };
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
process.exitCode = await serve({
  config: loadConfig({ env: process.env }),
  clock: 'wall',
  signal: stop.signal,
  ...(variant === undefined ? {} : { variant }),
  started: () => undefined,
});
