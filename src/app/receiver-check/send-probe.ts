import type { Millis } from '../../model/time.ts';

export interface Answer {
  /** `null`: there was none. */
  readonly status: number | null;
  readonly took: Millis;
  /** Why there was none: `time-out`, or a code of the network. */
  readonly reason: string | null;
}

/** As long as Maibo waits for an answer. */
export const PATIENCE: Millis = 15_000;

/** One POST, as the delivery loop sends it: redirects are not followed. */
export async function sendProbe(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  patience: Millis = PATIENCE,
): Promise<Answer> {
  const began = performance.now();
  const took = (): Millis => Math.round(performance.now() - began);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'maibo/receiver-check', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    return { status: response.status, took: took(), reason: null };
  } catch (error) {
    return { status: null, took: took(), reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'time-out';
  const cause: unknown = error.cause;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : error.message;
}
