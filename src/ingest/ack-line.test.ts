import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckLine } from './ack-line.ts';
import type { Owed } from './ack-line.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function bench() {
  const writes: Buffer[] = [];
  const line = new AckLine((bytes) => void writes.push(bytes));
  const ids = (): number[] => {
    const bytes = Buffer.concat(writes);
    return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt16BE(index * 4 + 2));
  };
  return { writes, line, ids };
}

describe('the acknowledgements that a connection is owed', () => {
  it('A1 A2 leave in the order of arrival, whatever the order of becoming durable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { maxLength: 200 }), async (steps) => {
        const { line, ids } = bench();
        const owed: Owed[] = [];
        for (const [pick, adds] of steps) {
          if (adds || owed.length === 0) owed.push(line.owe(0x40, (owed.length % 65_535) + 1));
          else line.durable(owed[pick % owed.length] as Owed);
          if (pick % 7 === 0) await turn();
        }
        await turn();
        const firstOwed = owed.findIndex(({ durable }) => !durable);
        const due = firstOwed < 0 ? owed.length : firstOwed;
        expect(ids()).toEqual(owed.slice(0, due).map(({ messageId }) => messageId));
      }),
      { numRuns: 100 },
    );
  });

  it('leave in one write for everything that became durable in one turn', async () => {
    const { line, writes, ids } = bench();
    const owed = Array.from({ length: 5_000 }, (_, index) => line.owe(0x40, index + 1));
    for (const one of owed) line.durable(one);
    await turn();
    expect(writes).toHaveLength(1);
    expect(ids()).toHaveLength(5_000);
    expect(line.length).toBe(0);
  });

  it('A3 are never written after the line is closed', async () => {
    const { line, writes } = bench();
    const owed = line.owe(0x40, 1);
    line.durable(owed);
    line.close();
    await turn();
    line.durable(owed);
    await turn();
    expect(writes).toEqual([]);
  });
});
