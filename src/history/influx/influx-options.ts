import type { Millis } from '../../model/time.ts';

/** Which server, and how we speak to it. */
export interface InfluxOptions {
  readonly url: string;
  /** v1: `user:password`. `null`: the server asks for none. */
  readonly token: string | null;
  /** Only v2 has organisations. */
  readonly org: string | null;
  /** v1: the database, or `database/policy`. */
  readonly bucket: string;
  readonly api: 'v1' | 'v2';
  /** A request that has no answer by then has failed. */
  readonly timeout?: Millis;
  readonly gzip?: boolean;
  /** Connections at once for writing, and as many again for reading. */
  readonly connections?: number;
  /** The wall: for `Retry-After` as a date, and the time of cursors. */
  readonly now?: () => Millis;
}

export const TIMEOUT: Millis = 10_000;
const CONNECTIONS = 4;

/** Options with nothing left open. */
export type InfluxSettings = Required<InfluxOptions> & { readonly database: string; readonly policy: string | null };

export function settingsOf(options: InfluxOptions): InfluxSettings {
  const [database = '', policy = null] = options.bucket.split('/', 2);
  return { timeout: TIMEOUT, gzip: true, connections: CONNECTIONS, now: Date.now, ...options, database, policy };
}

/** The address without what is secret in it. */
export function placeOf({ url, bucket }: Pick<InfluxOptions, 'url' | 'bucket'>): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, '')} ${bucket}`;
}
