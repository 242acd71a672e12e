import { createHash, randomBytes } from 'node:crypto';
import { hashPassword } from '../ingest/log-in.ts';

/** For `"passwordHash"` of a gateway, a party or an office. */
export function passwordHashOf(password: string): Promise<string> {
  return hashPassword(password);
}

/** 256 bits of chance and what the configuration keeps of them. A hash without salt is enough: there is nothing to guess. */
export function createToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}
