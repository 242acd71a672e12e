import { loadConfig } from '../../config/load-config.ts';
import type { Intake } from '../../ingest/intake.ts';
import { serve } from '../serve.ts';

/*
 * A server that is wrong on purpose, to show that the trials would notice, or to compare with:
 * `early` acknowledges before anything is durable; `none` commits without waiting for the disk.
 */
const variant = process.argv[2];

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
  variant: variant === 'none' ? { journal: { durability: 'none' } } : { intake: early },
  started: () => undefined,
});
