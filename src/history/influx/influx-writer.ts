import { InfluxDB } from '@influxdata/influxdb-client';
import type { WriteApi } from '@influxdata/influxdb-client';
import { StoreFault } from '../store-fault.ts';
import { guardTransport } from './guarded-transport.ts';
import type { GuardedTransport } from './guarded-transport.ts';
import { influxFault } from './influx-fault.ts';
import type { InfluxSettings } from './influx-options.ts';

const GZIP_FROM_BYTES = 1_000;

/**
 * Writes lines through the client's `WriteApi`, which loses points by itself when it is let. Here it has nothing to lose: a
 * batch is one record and one flush, it keeps no buffer and retries nothing, and what it says of the request is what we say.
 */
export class InfluxWriter {
  private readonly settings: InfluxSettings;
  private readonly guarded: GuardedTransport;
  private readonly api: WriteApi;
  private readonly inFlight = new Set<Promise<void>>();
  private closed = false;

  constructor(settings: InfluxSettings) {
    this.settings = settings;
    this.guarded = guardTransport(settings);
    this.api = writeApi(settings, this.guarded);
  }

  /** Resolves when the server has said that it holds every line. Rejects with a `StoreFault` only. */
  write(lines: readonly string[]): Promise<void> {
    // The client would resolve at once for both.
    if (this.closed) return Promise.reject(new StoreFault('unreachable', 'closed'));
    if (lines.length === 0) return Promise.resolve();
    this.api.writeRecord(lines.join('\n'));
    const written = this.api.flush().catch((error: unknown) => {
      throw influxFault(error, this.settings.now());
    });
    const settled = written.then(
      () => undefined,
      () => undefined,
    );
    this.inFlight.add(settled);
    void settled.then(() => this.inFlight.delete(settled));
    return written;
  }

  /** What is on its way gets its answer, or its time-out. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.inFlight);
    // Nothing is left in it.
    this.api.dispose();
    this.guarded.close();
  }
}

function writeApi(settings: InfluxSettings, { transport }: GuardedTransport): WriteApi {
  const client = new InfluxDB({ url: settings.url, transport });
  const api = client.getWriteApi(settings.org ?? '', settings.bucket, 'ns', {
    // A second record would start an unwatched flush; there is none.
    batchSize: 2,
    maxBatchBytes: Number.POSITIVE_INFINITY,
    flushInterval: 0,
    maxRetries: 0,
    gzipThreshold: settings.gzip ? GZIP_FROM_BYTES : Number.POSITIVE_INFINITY,
    // Comes first of all, so that it neither prints the failure nor takes "hinted handoff queue not empty" for a success.
    writeFailed: (error) => Promise.reject(error),
  });
  if (settings.api === 'v1') {
    const { database, policy } = settings;
    const rp = policy === null ? '' : `&rp=${encodeURIComponent(policy)}`;
    api.path = `/write?db=${encodeURIComponent(database)}${rp}&precision=ns`;
  }
  return api;
}
