import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Emit } from '../telemetry/events.ts';
import type { ForbiddenRequest } from './ports.ts';
import { sendProblem } from './problem-details.ts';

export type Role = 'viewer' | 'operator' | 'admin';

/** A bearer token as the configuration keeps it: `hash` is the hex SHA-256 of a random token. */
export interface AccessToken {
  readonly name: string;
  readonly hash: string;
  readonly role: Role;
  /** Answers for this party alone, and for the rest reads; `null`: for any. */
  readonly party: string | null;
  /** Of the party, this office alone. */
  readonly street: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may call the route; every route under /api declares one. */
    role?: Role | 'public';
    /** What a party's token may do with its role, in the name of the party; the handler holds it to that. */
    forParties?: boolean;
  }
  interface FastifyRequest {
    /** `null` where the API is open. */
    token: AccessToken | null;
  }
}

const LONGEST = 128;

const RANK: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 };

/**
 * Guards every route by its declared role. `tokens` null means open: only on loopback addresses.
 * A route that declares no role is refused to be registered, so that none is forgotten.
 */
export function guardRoutes(
  server: FastifyInstance,
  tokens: readonly AccessToken[] | null,
  emit: Emit,
  noteForbidden: (request: ForbiddenRequest) => void = () => undefined,
): void {
  server.addHook('onRoute', (route) => {
    if (route.config?.role === undefined && route.url.startsWith('/api/')) throw new Error(`route ${route.url} declares no role`);
  });
  server.decorateRequest('token', null);
  if (tokens === null) return;
  server.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url;
    // What is served under no route is not there for anybody; who has no token need not know.
    const needed = route === undefined ? 'viewer' : (request.routeOptions.config.role ?? (route.startsWith('/docs') ? 'public' : 'viewer'));
    if (needed === 'public') return;
    const token = findToken(request, tokens);
    if (token === null) {
      emit({
        name: 'api.token-refused',
        route: route ?? 'none',
        reason: request.headers.authorization === undefined ? 'absent' : 'unknown',
      });
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, 'api-unauthorized');
    }
    request.token = token;
    const foreign = token.party !== null && request.routeOptions.config.forParties !== true;
    if (RANK[foreign ? 'viewer' : token.role] >= RANK[needed]) return;
    emit({ name: 'api.token-refused', route: route ?? 'none', reason: `role-${token.role}` });
    const has = foreign ? `speaks for "${token.party}" only, and reads` : `is ${token.role}`;
    const detail = `This needs the role ${needed}; the token "${token.name}" ${has}.`;
    // Reading changes nothing: that it was refused is in the log, not in the record.
    if (request.method !== 'GET' && request.method !== 'HEAD') noteForbidden(forbiddenRequest(request, token, detail));
    return sendProblem(reply, 'api-forbidden', detail);
  });
}

/** What is kept of it; nothing in it is longer than its sender can be trusted with. */
export function forbiddenRequest(request: FastifyRequest, token: AccessToken, detail: string): ForbiddenRequest {
  const route = request.routeOptions.url ?? 'none';
  const { id } = request.params as { readonly id?: string };
  const party = (request.body as { readonly party?: unknown } | null | undefined)?.party;
  return {
    token: token.name,
    route: `${request.method} ${route}`,
    order: route.startsWith('/api/v1/orders/:id') && id !== undefined ? id.slice(0, LONGEST) : null,
    party: typeof party === 'string' ? party.slice(0, LONGEST) : null,
    detail,
  };
}

/** Why the token may not send this receipt. A body that names nobody is left to whoever judges receipts: it moves nothing. */
export function refusalOf(token: AccessToken | null, body: unknown): string | null {
  if (token === null || token.party === null || typeof body !== 'object' || body === null) return null;
  const { party, street } = body as { readonly party?: unknown; readonly street?: unknown };
  if (party === token.party && (token.street === null || street === token.street)) return null;
  const own = token.street === null ? `"party": "${token.party}"` : `"party": "${token.party}" and "street": "${token.street}"`;
  return `The token "${token.name}" answers for itself only; send ${own}.`;
}

function findToken(request: FastifyRequest, tokens: readonly AccessToken[]): AccessToken | null {
  const text = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (text === undefined) return null;
  const given = createHash('sha256').update(text).digest();
  let found: AccessToken | null = null;
  for (const token of tokens) {
    const hash = Buffer.from(token.hash, 'hex');
    if (hash.length === given.length && timingSafeEqual(hash, given)) found = token;
  }
  return found;
}
