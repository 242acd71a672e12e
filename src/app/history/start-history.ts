import type { Config } from '../../config/config.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Cleanup } from '../cleanup.ts';
import type { Configured } from '../core.ts';
import { Historian } from './historian.ts';

export interface StartHistory {
  readonly config: Config;
  readonly journal: Journal;
  readonly cleanup: Cleanup;
  readonly emit: Emit;
  /** A change of the city or of the settings needs a restart. */
  readonly inForce: Configured;
  /** The compiled program of its process; left out where this one runs compiled. */
  readonly program?: URL;
}

/** `null` where the configuration wants no history. What is not stored yet stays in the log, within its budget. */
export function startHistory({ config, journal, cleanup, emit, inForce, program }: StartHistory): Historian | null {
  const { history, influx, dataDir } = config;
  if (history.store === 'none') return null;
  const historian = new Historian({
    setup: () => ({ dataDir, influx: history.store === 'influxdb' ? influx : null, retention: history.keep, inForce }),
    ...(program === undefined ? {} : { program }),
    emit,
    now: Date.now,
  });
  journal.hold(() => historian.keepFrom, history.backlogBytes);
  cleanup.add('history', () => historian.close());
  return historian;
}
