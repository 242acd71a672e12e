import { HttpError } from '@influxdata/influxdb-client';
import type { Millis } from '../../model/time.ts';
import { StoreFault } from '../store-fault.ts';
import type { StoreFaultKind } from '../store-fault.ts';

/** What an answer that is no success means. Anything else below 500, redirections too, waits for a person. */
const BY_STATUS: Readonly<Record<number, StoreFaultKind>> = {
  400: 'refused',
  408: 'unreachable',
  413: 'too-large',
  422: 'refused',
  425: 'unreachable',
  429: 'busy',
  503: 'busy',
};

/** Whatever went wrong between us and the server, as a `StoreFault`. */
export function influxFault(error: unknown, now: Millis): StoreFault {
  if (error instanceof StoreFault) return error;
  if (!(error instanceof HttpError)) return new StoreFault('unreachable', wordsOf(error));
  const kind = BY_STATUS[error.statusCode] ?? (error.statusCode >= 500 ? 'unreachable' : 'forbidden');
  const said = `${error.statusCode} ${serverWords(error)}`;
  return new StoreFault(kind, said, kind === 'busy' ? askedWait(error.headers?.['retry-after'], now) : null);
}

/** The same for an answer to `fetch`. */
export async function statusFault(answer: Response, now: Millis): Promise<StoreFault> {
  const headers = Object.fromEntries(answer.headers);
  const { status, statusText } = answer;
  return influxFault(new HttpError(status, statusText, await answer.text(), null, headers['content-type'], undefined, headers), now);
}

/** 1.x says `error`, 2.x `message`; a proxy between says what it likes. */
function serverWords(error: HttpError): string {
  const body = error.json as { readonly error?: unknown; readonly message?: unknown } | undefined;
  for (const said of [body?.error, body?.message]) if (typeof said === 'string' && said !== '') return said;
  return error.body === undefined || error.body === '' ? (error.statusMessage ?? '') : error.body;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says why only in its cause; where every address of a name refused, the error of them all has no words.
  const inner: unknown = error.cause ?? error;
  const { code, message, name } = inner instanceof Error ? (inner as NodeJS.ErrnoException) : (error as NodeJS.ErrnoException);
  return message === '' ? (code ?? name) : message;
}

/** Seconds, or a date. */
function askedWait(header: string | readonly string[] | undefined, now: Millis): Millis | null {
  if (typeof header !== 'string') return null;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, until - now);
}
