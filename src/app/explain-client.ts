import type { Explanation } from '../model/explanation.ts';
import { askServer, type Server } from './server-client.ts';

/** Why a sign stands as it does at a key, or why not, as a running server says it. */
export async function fetchExplanation(server: Server, sign: string, key: string): Promise<Explanation> {
  const query = new URLSearchParams({ key });
  return (await askServer(server, `/api/v1/signs/${encodeURIComponent(sign)}/explain?${query.toString()}`)) as Explanation;
}
