import { Baselines, type BaselinesParts } from './baselines.ts';
import type { Historian } from './historian.ts';
import type { Config } from '../../config/config.ts';
import type { Cleanup } from '../cleanup.ts';

export interface StartBaselines extends Omit<BaselinesParts, 'ask' | 'dailyAt' | 'now' | 'after'> {
  readonly config: Config;
  readonly historian: Historian | null;
  /** With a clock that follows the data, what was usual is in the data. */
  readonly clock: 'wall' | 'events';
  readonly cleanup: Cleanup;
}

/** `null` where no history is kept, or nobody wants baselines from it. */
export function startBaselines({ config, historian, clock, cleanup, ...parts }: StartBaselines): Baselines | null {
  const { baselinesAt } = config.history;
  if (historian === null || baselinesAt === null || clock === 'events') return null;
  const baselines = new Baselines({
    ...parts,
    ask: (question) => historian.ask(question),
    dailyAt: baselinesAt,
    now: Date.now,
    after: (ms, then) => {
      const timer = setTimeout(then, ms).unref();
      return () => clearTimeout(timer);
    },
  });
  cleanup.add('baselines', () => baselines.stop());
  void baselines.refresh();
  return baselines;
}
