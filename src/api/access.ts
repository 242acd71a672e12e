import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendProblem } from './problem-details.ts';

export type Role = 'viewer' | 'operator' | 'admin';

/** A bearer token as the configuration keeps it: `hash` is the hex SHA-256 of a random token. */
export interface AccessToken {
  readonly name: string;
  readonly hash: string;
  readonly role: Role;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may call the route; every route under /api declares one. */
    role?: Role | 'public';
  }
}

const RANK: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 };

/**
 * Guards every route by its declared role. `tokens` null means open: only on loopback addresses.
 * A route that declares no role is refused to be registered, so that none is forgotten.
 */
export function guardRoutes(server: FastifyInstance, tokens: readonly AccessToken[] | null): void {
  server.addHook('onRoute', (route) => {
    if (route.config?.role === undefined && route.url.startsWith('/api/')) throw new Error(`route ${route.url} declares no role`);
  });
  if (tokens === null) return;
  server.addHook('onRequest', async (request, reply) => {
    const needed = request.routeOptions.config.role ?? (request.url.startsWith('/docs') ? 'public' : 'viewer');
    if (needed === 'public') return;
    const token = findToken(request, tokens);
    if (token === null) {
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, 'api-unauthorized');
    }
    if (RANK[token.role] < RANK[needed]) return sendProblem(reply, 'api-forbidden', `This needs the role ${needed}; the token "${token.name}" is ${token.role}.`);
  });
}

function findToken(request: FastifyRequest, tokens: readonly AccessToken[]): AccessToken | null {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) return null;
  const given = createHash('sha256').update(header.slice('Bearer '.length)).digest();
  let found: AccessToken | null = null;
  for (const token of tokens) {
    const hash = Buffer.from(token.hash, 'hex');
    if (hash.length === given.length && timingSafeEqual(hash, given)) found = token;
  }
  return found;
}
