import type { Config } from '../config/config.ts';
import type { Broker } from '../ingest/broker.ts';
import { openSigningKey } from '../journal/audit/signing-key.ts';
import type { Journal } from '../journal/journal.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Cleanup } from './cleanup.ts';

export const CHECKPOINT_TOPIC = 'audit/checkpoint';
const MINUTE: Millis = 60_000;

export interface AuditWiring {
  readonly config: Config;
  readonly journal: Journal;
  readonly broker: () => Broker | null;
  readonly cleanup: Cleanup;
  readonly emit: Emit;
}

/** Signs the audit record while the server runs, and once more when everything else has stopped. */
export async function signAudit({ config, journal, broker, cleanup, emit }: AuditWiring): Promise<Checkpoints> {
  const directory = config.dataDir;
  const key = openSigningKey(directory, emit);
  const retain = async (line: string): Promise<boolean> => {
    const open = broker();
    await open?.retain(CHECKPOINT_TOPIC, line);
    return open !== null;
  };
  const checkpoints = await Checkpoints.open({ directory, journal, key, now: Date.now, retain, emit });
  const timer = setInterval(() => void checkpoints.consider(), MINUTE);
  cleanup.add('checkpoints', () => {
    clearInterval(timer);
    return checkpoints.last();
  });
  return checkpoints;
}
