import type { Config } from '../../config/config.ts';
import { initInflux, type InitStep } from '../../history/influx/influx-init.ts';
import { Refusal } from '../../model/problem.ts';

/**
 * Makes the place in InfluxDB where history is kept, and says how long; safe to call again. The embedded store needs none.
 * @throws Refusal `history-unavailable` with the words of the server
 */
export async function initHistory({ history, influx }: Pick<Config, 'history' | 'influx'>): Promise<readonly InitStep[]> {
  if (history.store !== 'influxdb' || influx === null) return [];
  try {
    return await initInflux(influx, history.keep.raw);
  } catch (error) {
    throw new Refusal('history-unavailable', error instanceof Error ? error.message : String(error));
  }
}
