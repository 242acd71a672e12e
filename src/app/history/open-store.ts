import { openEmbeddedStore } from '../../history/embedded/open-embedded-store.ts';
import type { HistoryStore } from '../../history/history-store.ts';
import { createInfluxStore } from '../../history/influx/influx-store.ts';
import type { HistorianSetup } from './historian-protocol.ts';

/** @throws Refusal where the embedded store cannot be opened */
export function openStore({ influx, dataDir }: Pick<HistorianSetup, 'influx' | 'dataDir'>): Promise<HistoryStore> {
  return influx === null
    ? openEmbeddedStore({ directory: dataDir, memory: '256MB', threads: 1 })
    : Promise.resolve(createInfluxStore(influx));
}
