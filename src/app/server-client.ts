import { Refusal } from '../model/problem.ts';
import { safeUrl } from '../model/safe-url.ts';

export interface Server {
  readonly url: string;
  readonly token: string | null;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly titleZh?: string;
  readonly detail?: string;
}

/** Asks a running server. @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function askServer({ url, token }: Server, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url + path, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
  } catch {
    throw new Refusal('server-unreachable', `No server answers at ${safeUrl(url)}; start it with "maibo serve", or give --url.`);
  }
  const body = (await response.json().catch(() => null)) as Problem | null;
  if (body === null)
    throw new Refusal('server-unreachable', `What answers at ${safeUrl(url)} is no Maibo server; give its address with --url.`);
  if (response.ok) return body;
  throw new Refusal(
    body.code ?? 'server-refused',
    `${body.titleZh ?? ''} ${body.title ?? response.statusText}${body.detail === undefined ? '' : `: ${body.detail}`}`.trim(),
  );
}
