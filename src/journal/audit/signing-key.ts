import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../model/problem.ts';
import type { Emit } from '../../telemetry/events.ts';
import { syncDirectory } from '../directory.ts';
import { keyId, type PublicKeys, type SigningKey } from './checkpoint.ts';

const PRIVATE = 'audit-key.pem';
export const PUBLIC_KEY_FILE = 'audit-public-key.pem';
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/**
 * The key that signs checkpoints; made when the data directory has none, readable by its owner only.
 *
 * Its public half stands beside it. Where the private one was lost a new one is made and its public half is added: what the
 * old one has signed can still be verified.
 * @throws Refusal `audit-key-invalid` when the file is there and is no such key.
 */
export function openSigningKey(directory: string, emit: Emit): SigningKey {
  const file = join(directory, PRIVATE);
  const made = !existsSync(file);
  if (made) writeKey(directory, file);
  const privateKey = readPrivate(file);
  const publicKey = createPublicKey(privateKey);
  const id = keyId(publicKey);
  publish(directory, id, publicKey);
  if (made) emit({ name: 'journal.audit-key-made', file: join(directory, PUBLIC_KEY_FILE), id });
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0) emit({ name: 'journal.audit-key-exposed', file, mode: mode.toString(8) });
  return { id, privateKey };
}

/**
 * All public keys of a PEM file.
 * @throws Refusal `audit-key-invalid` when it holds none, or one that is not Ed25519.
 */
export function readPublicKeys(file: string): PublicKeys {
  let blocks: string[];
  try {
    blocks = readFileSync(file, 'utf8').match(PEM) ?? [];
  } catch (error) {
    throw new Refusal('audit-file-unreadable', `${file} cannot be read: ${(error as Error).message}. Name another with --public-key.`);
  }
  if (blocks.length === 0) throw invalid(file, 'holds no public key in PEM form');
  return new Map(
    blocks.map((block) => {
      const key = parse(file, () => createPublicKey(block));
      return [keyId(key), key];
    }),
  );
}

function writeKey(directory: string, file: string): void {
  const half = `${file}.new`;
  rmSync(half, { force: true });
  const handle = openSync(half, 'wx', 0o600);
  try {
    writeSync(handle, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(half, file);
  syncDirectory(directory);
}

function readPrivate(file: string): KeyObject {
  return parse(file, () => createPrivateKey(readFileSync(file, 'utf8')));
}

function publish(directory: string, id: string, key: KeyObject): void {
  const file = join(directory, PUBLIC_KEY_FILE);
  if (existsSync(file) && readPublicKeys(file).has(id)) return;
  appendFileSync(file, key.export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
  syncDirectory(directory);
}

function parse(file: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw invalid(file, `cannot be read as a key: ${(error as Error).message}`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw invalid(file, `holds a key of type ${key.asymmetricKeyType ?? 'unknown'}, not ed25519`);
}

function invalid(file: string, why: string): Refusal {
  return new Refusal(
    'audit-key-invalid',
    `${file} ${why}. Restore it from a copy; or move it away, and the next start of the server makes a new one.`,
  );
}
