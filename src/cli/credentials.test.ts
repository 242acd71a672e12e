import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { LogIns } from '../ingest/log-in.ts';
import { runCommand } from './commands.ts';
import { reportError } from './report-error.ts';
import { heardIo } from './test-rig.ts';

/** A terminal as far as reading goes: raw or not, and what was typed. */
class Keyboard extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];
  setRawMode(raw: boolean): this {
    this.modes.push(raw);
    return this;
  }
}

async function maibo(input: NodeJS.ReadableStream, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, heard } = heardIo(input);
  const code = await runCommand(args, io).catch((error: unknown) => reportError(error, io, args.includes('--json')));
  return { code, ...heard };
}

function typed(text: string): Keyboard {
  const keyboard = new Keyboard();
  keyboard.write(text);
  return keyboard;
}

async function opens(passwordHash: string, password: string): Promise<boolean> {
  return new LogIns(new Map([['gw', { passwordHash }]])).check('gw', Buffer.from(password));
}

describe('maibo config hash', () => {
  it.each(['hunter2\n', 'hunter2', 'hunter2\r\n', 'hunter2\nand more\n'])('prints the line for %j that is piped in', async (text) => {
    const { code, out, err } = await maibo(Readable.from([Buffer.from(text)]), 'config', 'hash');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { passwordHash } = JSON.parse(`{${out}}`) as { passwordHash: string };
    expect(await opens(passwordHash, 'hunter2')).toBe(true);
    expect(await opens(passwordHash, 'hunter3')).toBe(false);
    expect(out).not.toContain('hunter2');
  });

  it('as JSON it can be read by programs, and the configuration takes it', async () => {
    const { out } = await maibo(Readable.from(['口令 with spaces\n']), 'config', 'hash', '--json');
    const entry = JSON.parse(out) as { passwordHash: string };
    const file = join(mkdtempSync(join(tmpdir(), 'maibo-hash-')), 'maibo.json');
    writeFileSync(file, JSON.stringify({ gateways: { gw: entry }, parties: { fire: { mqtt: entry } } }));
    expect(loadConfig({ file, env: {} }).parties['fire']?.mqtt).toEqual(entry);
    expect(await opens(entry.passwordHash, '口令 with spaces')).toBe(true);
  });

  it('on a terminal asks twice, shows nothing, and leaves the terminal as it was', async () => {
    const keyboard = typed('huntre\u007f\u007fer2\rhunter2\r');
    const { code, out, err } = await maibo(keyboard, 'config', 'hash');
    expect(code).toBe(0);
    expect(keyboard.modes).toEqual([true, false]);
    expect(err).toContain('password: ');
    expect(out + err).not.toMatch(/hunt/);
    expect(await opens((JSON.parse(`{${out}}`) as { passwordHash: string }).passwordHash, 'hunter2')).toBe(true);
  });

  it.each([
    ['hunter2\rhunter3\r', 'password-differs'],
    ['hun\u0003\u0003', 'password-missing'],
    ['\r\r', 'password-missing'],
  ])('typed %j is refused: %s', async (text, expected) => {
    const keyboard = typed(text);
    const { code, out, err } = await maibo(keyboard, 'config', 'hash');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(expected);
    expect(keyboard.modes).toEqual([true, false]);
  });

  it('nothing piped in is refused', async () => {
    expect(await maibo(Readable.from([]), 'config', 'hash')).toMatchObject({ code: 1, err: expect.stringContaining('password-missing') });
  });
});

describe('maibo config token', () => {
  it('prints a fresh token of 256 bits and the entry that lets it in', async () => {
    const made = await Promise.all([1, 2].map(() => maibo(Readable.from([]), 'config', 'token', '--json')));
    const [one, two] = made.map(({ out }) => JSON.parse(out) as { token: string; entry: { hash: string } });
    expect(Buffer.from(one?.token ?? '', 'base64url')).toHaveLength(32);
    expect(one?.token).not.toBe(two?.token);
    expect(one?.entry.hash).toBe(
      createHash('sha256')
        .update(one?.token ?? '')
        .digest('hex'),
    );
    const file = join(mkdtempSync(join(tmpdir(), 'maibo-token-')), 'maibo.json');
    writeFileSync(file, JSON.stringify({ tokens: [one?.entry] }));
    expect(loadConfig({ file, env: {} }).tokens).toMatchObject([one?.entry]);
    const { out } = await maibo(Readable.from([]), 'config', 'token');
    expect(out).toMatch(/shown this once: [\w-]{43}\n/);
  });

  it('another word is a fault of usage', async () => {
    expect(await maibo(Readable.from([]), 'config', 'tokne')).toMatchObject({ code: 2 });
  });
});
