import { shownSigns } from '../../engine/shown-signs.ts';
import type { Millis } from '../../model/time.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Cleanup } from '../cleanup.ts';
import type { Core } from '../core.ts';
import type { Pipeline } from '../pipeline.ts';
import { SignSamples } from './sign-samples.ts';

const EVERY: Millis = 60_000;

/** Once a minute what the signs say goes into the log. What fails here fails with the journal, and that ends the process by itself. */
export function sampleSigns(parts: { readonly core: Core; readonly pipeline: Pipeline; readonly emit: Emit }, cleanup: Cleanup): void {
  const { core, emit, pipeline } = parts;
  const samples = new SignSamples(emit);
  const timer = setInterval(() => {
    const event = samples.take(shownSigns(core.engine.book));
    if (event !== null) void pipeline.submit(event).catch(() => undefined);
  }, EVERY);
  cleanup.add('samples', () => clearInterval(timer));
}
