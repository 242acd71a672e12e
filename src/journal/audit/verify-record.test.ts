import Database from 'libsql';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEFORE_THE_FIRST, carriedHash, carriedSeq, readLine, sealLine } from './audit-line.ts';
import { openCheckpoint, signCheckpoint, keyId, type Checkpoint, type PublicKeys } from './checkpoint.ts';
import { readRecord } from './read-record.ts';
import { AuditRig, deliveryOf, liftGuards, NOW, orderOf } from './test-rig.ts';
import { verifyRecord, type Damage } from './verify-record.ts';

/*
 * Over a real file that the journal wrote. Each harm is done inside of a transaction that is rolled back, so that ten
 * thousand of them need not write the file ten thousand times.
 */
const RECORDS = 20;
const HARMS = 10_000;
const rig = new AuditRig();
let db: Database.Database;
let signed: Checkpoint;
let lines: Buffer[];
let statements: Readonly<Record<'line' | 'seq' | 'bytes' | 'delete', ReturnType<Database.Database['prepare']>>>;

beforeAll(async () => {
  await rig.open();
  while (rig.journal?.auditHead().seq !== RECORDS) {
    const id = `wo_${rig.journal?.auditHead().seq}`;
    await rig.commit({
      orders: [orderOf(id)],
      deliveries: rig.journal?.auditHead().seq === RECORDS - 1 ? [] : [deliveryOf(`d_${id}`, id)],
    });
  }
  const head = rig.journal.auditHead();
  await rig.close();
  db = new Database(join(rig.directory, 'journal.db'));
  liftGuards(db);
  lines = [...readRecord(db)].map(({ line }) => Buffer.from(line));
  statements = {
    line: db.prepare('UPDATE audit SET line = CAST(? AS TEXT) WHERE seq = ?'),
    seq: db.prepare('UPDATE audit SET seq = ? WHERE seq = ?'),
    bytes: db.prepare('UPDATE audit SET bytes = bytes + ? WHERE seq = ?'),
    delete: db.prepare('DELETE FROM audit WHERE seq = ?'),
  };
  const { keys, sign } = keyPair();
  signed = openCheckpoint(sign(head), keys) as Checkpoint;
});
afterAll(async () => {
  db.close();
  await rig.end();
});

function keyPair(): { readonly keys: PublicKeys; readonly sign: (at: { readonly seq: number; readonly hash: string }) => string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = keyId(publicKey);
  return { keys: new Map([[id, publicKey]]), sign: (at) => signCheckpoint(at, NOW, { id, privateKey }) };
}

/** mulberry32: the same seed does the same harm. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Harm {
  readonly kind: 'flip' | 'flip-number' | 'delete' | 'delete-renumbered' | 'swap' | 'swap-numbers';
  readonly seq: number;
  readonly other: number;
  readonly byte: number;
  readonly bit: number;
}

const KINDS = ['flip', 'flip', 'flip', 'flip-number', 'delete', 'delete-renumbered', 'swap', 'swap-numbers'] as const;

function harmOf(chance: (below: number) => number): Harm {
  const kind = KINDS[chance(KINDS.length)] as Harm['kind'];
  const seq = 1 + chance(RECORDS);
  const other = 1 + ((seq - 1 + 1 + chance(RECORDS - 1)) % RECORDS);
  return { kind, seq, other, byte: chance((lines[seq - 1] as Buffer).length), bit: chance(8) };
}

function put(seq: number, line: Uint8Array): void {
  statements.line.run([Buffer.from(line), seq]);
}

function renumber(from: number, to: number): void {
  statements.seq.run([to, from]);
}

function harm({ kind, seq, other, byte, bit }: Harm): void {
  const line = Buffer.from(lines[seq - 1] as Buffer);
  switch (kind) {
    case 'flip':
      line[byte] = (line[byte] as number) ^ (1 << bit);
      return put(seq, line);
    case 'flip-number':
      statements.bytes.run([1 << bit, seq]);
      return;
    case 'delete':
      statements.delete.run([seq]);
      return;
    case 'delete-renumbered':
      statements.delete.run([seq]);
      for (let next = seq + 1; next <= RECORDS; next += 1) renumber(next, next - 1);
      return;
    case 'swap':
      put(seq, lines[other - 1] as Buffer);
      return put(other, line);
    case 'swap-numbers':
      renumber(seq, 0);
      renumber(other, seq);
      return renumber(0, other);
  }
}

/** What the harm leaves is gone when `look` has looked. */
function harmed<T>(what: () => void, look: () => T): T {
  db.exec('BEGIN');
  try {
    what();
    return look();
  } finally {
    db.exec('ROLLBACK');
  }
}

function damageWith(checkpoints: readonly Checkpoint[]): Damage | null {
  return verifyRecord(db, { checkpoints }).damage;
}

/** The negative control: it looks at every line and every number, and never at the chain. */
function looksWhole(): boolean {
  let expected = 0;
  for (const { seq, line } of readRecord(db)) {
    expected += 1;
    if (seq !== expected || carriedSeq(line) !== seq || carriedHash(line) === null || readLine(line) === null) return false;
  }
  return true;
}

/** A forger who knows the format: all hashes from `from` on are made anew. */
function forge(from: number, change: (entry: string) => string): void {
  let previous = from === 1 ? BEFORE_THE_FIRST : (carriedHash(lines[from - 2] as Buffer) as string);
  let bytes = lines.slice(0, from - 1).reduce((sum, line) => sum + line.length + 1, 0);
  for (let seq = from; seq <= RECORDS; seq += 1) {
    const text = (lines[seq - 1] as Buffer).toString();
    const entry = text.slice(text.indexOf(',') + 1, text.lastIndexOf(',"hash":'));
    const sealed = sealLine(seq, seq === from ? change(entry) : entry, previous);
    previous = sealed.hash;
    bytes += Buffer.byteLength(sealed.line) + 1;
    put(seq, Buffer.from(sealed.line));
    db.prepare('UPDATE audit SET bytes = ? WHERE seq = ?').run([bytes, seq]);
  }
}

describe('the verifier of the audit record', () => {
  it('control: the record that nobody touched is whole, with and without a checkpoint', () => {
    expect(verifyRecord(db, { checkpoints: [signed] })).toMatchObject({ records: RECORDS, damage: null, signedUpTo: RECORDS });
    expect(verifyRecord(db, { checkpoints: [] })).toMatchObject({ records: RECORDS, damage: null, signedUpTo: 0, hash: signed.hash });
    expect(looksWhole()).toBe(true);
  });

  it('V1: finds all of 10,000 random flips, deletions and swaps; without the chain, or without a checkpoint, some are missed', {
    timeout: 120_000,
  }, () => {
    const chance = seeded(20_260_601);
    const missed: Harm[] = [];
    const missedUnsigned: Harm[] = [];
    const missedUnchained: Harm[] = [];
    for (let i = 0; i < HARMS; i += 1) {
      const one = harmOf(chance);
      harmed(
        () => harm(one),
        () => {
          if (damageWith([signed]) === null) missed.push(one);
          if (damageWith([]) === null) missedUnsigned.push(one);
          if (looksWhole()) missedUnchained.push(one);
        },
      );
    }
    expect(missed).toEqual([]);
    // The last record deleted is a tail that was cut: the rest is a whole record, and only a checkpoint knows better.
    expect(missedUnsigned.length).toBeGreaterThan(0);
    expect(missedUnsigned.filter(({ kind, seq }) => !kind.startsWith('delete') || seq !== RECORDS)).toEqual([]);
    expect(missedUnchained.length).toBeGreaterThan(1_000);
  });

  it('V2: a cut tail is found by whoever has a checkpoint, and by nobody else', () => {
    for (const from of [2, RECORDS - 5, RECORDS]) {
      const cut = (): void => void db.prepare('DELETE FROM audit WHERE seq >= ?').run([from]);
      expect(harmed(cut, () => damageWith([signed]))).toEqual({ kind: 'cut', seq: from, to: RECORDS });
      expect(harmed(cut, () => damageWith([]))).toBeNull();
    }
    const all = (): void => void db.exec('DELETE FROM audit');
    expect(harmed(all, () => damageWith([]))).toEqual({ kind: 'missing', seq: 1, to: 1 });
    expect(harmed(all, () => damageWith([signed]))).toEqual({ kind: 'cut', seq: 1, to: RECORDS });
  });

  it('V2: a record written anew with all its hashes is found by whoever has a checkpoint, and by nobody else', () => {
    const turn = (): void => forge(8, (entry) => entry.replace('"orange"', '"blue"'));
    expect(harmed(turn, () => damageWith([signed]))).toEqual({ kind: 'rewritten', seq: RECORDS });
    expect(harmed(turn, () => damageWith([]))).toBeNull();
    const begin = (): void => forge(1, (entry) => entry.replace(/"mark":"[^"]+"/, '"mark":"another"'));
    expect(harmed(begin, () => damageWith([signed]))).toEqual({ kind: 'rewritten', seq: RECORDS });
  });

  it('says what the damage looks like', () => {
    const look = (what: () => void): Damage | null => harmed(what, () => damageWith([signed]));
    const rest = { other: 12, byte: 200, bit: 0 };
    expect(look(() => harm({ ...rest, kind: 'flip', seq: 7 }))).toEqual({ kind: 'changed', seq: 7 });
    expect(look(() => harm({ ...rest, kind: 'delete', seq: 7 }))).toEqual({ kind: 'missing', seq: 7, to: 7 });
    expect(look(() => harm({ ...rest, kind: 'delete-renumbered', seq: 7 }))).toEqual({ kind: 'missing', seq: 7, to: 7 });
    expect(look(() => harm({ ...rest, kind: 'swap', seq: 7 }))).toEqual({ kind: 'swapped', seq: 7, holds: 12 });
    expect(look(() => harm({ ...rest, kind: 'swap-numbers', seq: 7 }))).toEqual({ kind: 'swapped', seq: 7, holds: 12 });
    // A changed number is no swap, though another number stands there.
    expect(look(() => put(7, Buffer.from((lines[6] as Buffer).toString().replace('"seq":7', '"seq":9'))))).toEqual({
      kind: 'changed',
      seq: 7,
    });
    expect(look(() => void db.exec('DELETE FROM audit WHERE seq BETWEEN 10 AND 19'))).toEqual({ kind: 'missing', seq: 10, to: 19 });
    expect(look(() => renumber(7, -3))).toEqual({ kind: 'changed', seq: -3 });
  });

  it('a value of another type in the place of a line is found, and no error', () => {
    for (const value of ['7', "x'00ff'", "''", '1.5']) {
      const replace = (): void => void db.exec(`UPDATE audit SET line = ${value} WHERE seq = 5`);
      expect(
        harmed(replace, () => damageWith([])),
        value,
      ).toEqual({ kind: 'changed', seq: 5 });
    }
  });
});
