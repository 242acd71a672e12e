import { Pool } from 'undici';
import type { Delivery, Endpoint, Outcome } from '../model/delivery.ts';
import { Refusal } from '../model/problem.ts';
import type { Millis } from '../model/time.ts';
import type { Clock } from './clock.ts';
import { writeAs, type FormatSettings } from './formats/write-as.ts';
import type { Written } from './formats/written.ts';
import { outcomeOfAnswer, outcomeOfFailure, outcomeOfMisfit } from './outcome.ts';
import { signMessage } from './sign.ts';
import type { Transport } from './transport.ts';

export interface WebhookOptions {
  readonly clock: Clock;
  /** `maibo/<version>` */
  readonly userAgent: string;
  /** Absent: everybody gets the stored body as it is. */
  readonly formats?: FormatSettings;
  /** What to sign with at this moment, where that may change after the delivery was made; `null`: by what it came with. */
  readonly secretsOf?: (delivery: Delivery) => readonly string[] | null;
  /** From the first byte to the last of the answer; default 15 s. */
  readonly timeout?: Millis;
}

type WebhookEndpoint = Extract<Endpoint, { kind: 'webhook' }>;

const TIMEOUT: Millis = 15_000;
const CONNECTIONS = 4;
/** An answer is read so that the connection can be used again; a longer one is not worth it. */
const ANSWER_BYTES = 4_096;

/** Signed HTTP POST. Each endpoint has its own connections, even where two share a host. */
export function createWebhookTransport(options: WebhookOptions): Transport {
  const pools = new Map<string, Pool>();
  const poolOf = (endpoint: WebhookEndpoint, origin: string): Pool => {
    const key = `${endpoint.id} ${origin}`;
    let pool = pools.get(key);
    if (pool === undefined) {
      // Our own time-out covers the whole attempt, so undici's partial ones are off.
      pool = new Pool(origin, {
        connections: CONNECTIONS,
        pipelining: 1,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: options.timeout ?? TIMEOUT },
      });
      pools.set(key, pool);
    }
    return pool;
  };
  return {
    send: async (delivery) => {
      const { endpoint } = delivery;
      if (endpoint.kind !== 'webhook') return outcomeOfMisfit('endpoint-kind');
      const url = readUrl(endpoint.url);
      if (url === null) return outcomeOfMisfit('url-invalid');
      try {
        const written = writeAs(delivery.body, endpoint.format, options.formats);
        const headers = headersOf(delivery, written, endpoint, options);
        return await post(poolOf(endpoint, url.origin), { path: url.pathname + url.search, headers, body: written.body }, options);
      } catch (error) {
        if (error instanceof Refusal) return outcomeOfMisfit(error.code);
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function readUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

/** The signature covers the bytes that are sent, in whatever format. */
function headersOf(
  delivery: Delivery,
  written: Written,
  endpoint: WebhookEndpoint,
  { clock, userAgent, secretsOf }: WebhookOptions,
): Record<string, string> {
  const secrets = secretsOf?.(delivery) ?? endpoint.secrets;
  const signed = signMessage({ id: delivery.message, at: clock.now(), body: written.body, secrets });
  return { ...written.headers, 'user-agent': userAgent, ...signed };
}

interface Request {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function post(pool: Pool, request: Request, { clock, timeout = TIMEOUT }: WebhookOptions): Promise<Outcome> {
  const abort = new AbortController();
  const cancel = clock.after(timeout, () => abort.abort());
  try {
    const answer = await pool.request({ method: 'POST', ...request, signal: abort.signal });
    const retryAfter = answer.headers['retry-after'];
    const outcome = outcomeOfAnswer(answer.statusCode, typeof retryAfter === 'string' ? retryAfter : null, clock.now());
    // The status has decided; what becomes of the rest of the answer changes nothing.
    await answer.body.dump({ limit: ANSWER_BYTES, signal: abort.signal }).catch(() => undefined);
    return outcome;
  } catch (error) {
    return outcomeOfFailure(abort.signal.aborted ? 'time-out' : `network-${codeOf(error)}`);
  } finally {
    cancel();
  }
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
