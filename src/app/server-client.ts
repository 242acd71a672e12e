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

/** Asks a running server; with a body it is a POST. @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function askServer(server: Server, path: string, body?: object): Promise<unknown> {
  if (body === undefined) return request(server, path, {});
  return request(server, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Ends what stands at this path. @throws Refusal as `askServer` does. */
export async function endOnServer(server: Server, path: string): Promise<unknown> {
  return request(server, path, { method: 'DELETE' });
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function request({ url, token }: Server, path: string, asking: Asking): Promise<unknown> {
  let response: Response;
  try {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    response = await fetch(url + path, { ...asking, headers: { ...authorization, ...asking.headers } });
  } catch {
    throw new Refusal('server-unreachable', `No server answers at ${safeUrl(url)}; start it with "maibo serve", or give --url.`);
  }
  const answer = (await response.json().catch(() => null)) as Problem | null;
  if (answer === null)
    throw new Refusal('server-unreachable', `What answers at ${safeUrl(url)} is no Maibo server; give its address with --url.`);
  if (response.ok) return answer;
  throw new Refusal(
    answer.code ?? 'server-refused',
    `${answer.titleZh ?? ''} ${answer.title ?? response.statusText}${answer.detail === undefined ? '' : `: ${answer.detail}`}`.trim(),
  );
}
