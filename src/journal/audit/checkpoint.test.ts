import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import { appendCheckpoint, CHECKPOINT_FILE, newestCheckpoint, readCheckpoints } from './checkpoint-file.ts';
import { openCheckpoint, signCheckpoint, type SigningKey } from './checkpoint.ts';
import { openSigningKey, PUBLIC_KEY_FILE, readPublicKeys } from './signing-key.ts';

const AT = Date.UTC(2026, 5, 1);
let directory: string;
let events: TelemetryEvent[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-checkpoint-'));
  events = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function key(): SigningKey {
  return openSigningKey(directory, (event) => void events.push(event));
}

const publicKeys = () => readPublicKeys(join(directory, PUBLIC_KEY_FILE));
const line = (seq: number): string => signCheckpoint({ seq, hash: 'ab'.repeat(32) }, AT, key());

describe('a checkpoint of the audit record', () => {
  it('C1: is opened by whoever has the public key', () => {
    const signed = line(7);
    const hash = 'ab'.repeat(32);
    expect(openCheckpoint(signed, publicKeys())).toEqual({ seq: 7, hash, at: '2026-06-01T00:00:00.000Z', count: 7, key: key().id });
  });

  it('C2: changed in any byte, or signed by another key, it is none', () => {
    const signed = Buffer.from(line(7));
    const keys = publicKeys();
    for (let at = 0; at < signed.length; at += 1) {
      for (const bit of [0, 3, 5]) {
        const changed = Buffer.from(signed);
        changed[at] = (changed[at] as number) ^ (1 << bit);
        expect(typeof openCheckpoint(changed.toString('latin1'), keys), `byte ${at}`).toBe('string');
      }
    }
    const other = { id: key().id, privateKey: generateKeyPairSync('ed25519').privateKey };
    expect(openCheckpoint(signCheckpoint({ seq: 7, hash: 'ab'.repeat(32) }, AT, other), keys)).toBe('signature');
    expect(openCheckpoint(signed.toString(), new Map())).toBe('key-unknown');
  });

  it('the key is made once, is its owner’s alone, and its public half stands beside it', () => {
    const { id } = key();
    expect(statSync(join(directory, 'audit-key.pem')).mode & 0o777).toBe(0o600);
    expect([...publicKeys().keys()]).toEqual([id]);
    expect(key().id).toBe(id);
    expect(events.map(({ name }) => name)).toEqual(['journal.audit-key-made']);
    chmodSync(join(directory, 'audit-key.pem'), 0o644);
    key();
    expect(events.at(-1)).toMatchObject({ name: 'journal.audit-key-exposed', mode: '644' });
  });

  it('where the key was lost a new one is made, and what the old one signed is opened still', () => {
    const old = line(7);
    rmSync(join(directory, 'audit-key.pem'));
    const young = line(8);
    expect([old, young].map((one) => (openCheckpoint(one, publicKeys()) as { seq: number }).seq)).toEqual([7, 8]);
    expect(publicKeys().size).toBe(2);
  });

  it('a file that is no such key is refused, and says how to mend it', () => {
    for (const text of [
      'rubbish',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ]) {
      writeFileSync(join(directory, 'audit-key.pem'), text);
      expect(() => key()).toThrow(/audit-key\.pem .* move it away/);
    }
  });

  it('the file keeps every line; half a line that a crash left makes room', async () => {
    expect(await newestCheckpoint(directory)).toBeNull();
    await appendCheckpoint(directory, line(7));
    appendFileSync(join(directory, CHECKPOINT_FILE), line(8).slice(0, 60));
    expect(await newestCheckpoint(directory)).toBe(line(7));
    await appendCheckpoint(directory, line(9));
    const text = readFileSync(join(directory, CHECKPOINT_FILE), 'utf8');
    expect(readCheckpoints(text, publicKeys()).good.map(({ seq }) => seq)).toEqual([7, 9]);
  });

  it('a line that is none is named; half a last line, and one without its line feed, are no fault', () => {
    const forged = line(8).replace('"seq":8', '"seq":9');
    const text = `${line(7)}\n\nrubbish\n${forged}\n`;
    const faults = [
      { line: 3, fault: 'form' },
      { line: 4, fault: 'signature' },
    ];
    const read = (rest: string) => readCheckpoints(text + rest, publicKeys());
    expect(read(line(10).slice(0, 50))).toMatchObject({ good: [{ seq: 7 }], faults });
    expect(read(line(10))).toMatchObject({ good: [{ seq: 7 }, { seq: 10 }], faults });
    expect(read(forged).faults).toHaveLength(3);
  });
});
