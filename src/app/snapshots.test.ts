import { deserialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Journal } from '../journal/journal.ts';
import type { Snapshot } from '../journal/snapshot-files.ts';
import type { Millis } from '../model/time.ts';
import type { Configured, Core } from './core.ts';
import { Snapshots } from './snapshots.ts';
import { coreOf, realDefinition, START } from './test-rig.ts';

const MINUTE = 60_000;
const inForce: Configured = { kind: 'configured', rules: 'r', city: 'c', settings: 's' };
let core: Core;
beforeAll(async () => {
  core = coreOf(await realDefinition());
});

/** A journal that writes snapshots when it is told to. */
class Shelf {
  readonly saved: Snapshot[] = [];
  readonly clocks: unknown[] = [];
  private readonly finish: ((error?: Error) => void)[] = [];

  get journal(): Journal {
    const saveSnapshot = (snapshot: Snapshot, now?: Millis): Promise<void> => {
      this.saved.push(snapshot);
      this.clocks.push(now);
      return new Promise((resolve, reject) => this.finish.push((error) => (error === undefined ? resolve() : reject(error))));
    };
    return { saveSnapshot } as Partial<Journal> as Journal;
  }

  async settle(error?: Error): Promise<void> {
    this.finish.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  offsets(): number[] {
    return this.saved.map(({ offset }) => offset);
  }
}

function bench(): { shelf: Shelf; snapshots: Snapshots } {
  const shelf = new Shelf();
  return { shelf, snapshots: new Snapshots(shelf.journal, core, () => inForce) };
}

describe('snapshots', () => {
  it('are taken a minute after the last one, if anything happened', () => {
    const { shelf, snapshots } = bench();
    for (let i = 0; i <= 6; i += 1) snapshots.consider(i, START + i * 10_000, 1);
    expect(shelf.offsets()).toEqual([6]);
    expect(shelf.clocks).toEqual([core.now]);
  });

  it('are taken sooner where much happens, so that a restart is short', async () => {
    const { shelf, snapshots } = bench();
    snapshots.consider(0, START, 200_000);
    snapshots.consider(1, START + 1, 50_000);
    await shelf.settle();
    snapshots.consider(2, START + 2, 249_999);
    snapshots.consider(3, START + 3, 1);
    expect(shelf.offsets()).toEqual([1, 3]);
  });

  it('wait for the one that is being written', async () => {
    const { shelf, snapshots } = bench();
    snapshots.consider(0, START, 300_000);
    snapshots.consider(1, START + 5 * MINUTE, 300_000);
    expect(shelf.offsets()).toEqual([0]);
    await shelf.settle();
    snapshots.consider(2, START + 5 * MINUTE, 1);
    expect(shelf.offsets()).toEqual([0, 2]);
  });

  it('end with one of the last entry, so that the next start replays nothing; none if nothing happened since', async () => {
    const { shelf, snapshots } = bench();
    await snapshots.last();
    snapshots.consider(0, START, 1);
    const ended = snapshots.last();
    await shelf.settle();
    await shelf.settle();
    await ended;
    await snapshots.last();
    expect(shelf.offsets()).toEqual([0]);
  });

  it('that fail cost time at the next start and nothing else', async () => {
    const { shelf, snapshots } = bench();
    snapshots.consider(0, START, 300_000);
    await shelf.settle(new Error('disk full'));
    snapshots.consider(1, START, 300_000);
    expect(shelf.offsets()).toEqual([0, 1]);
  });

  it('hold the state and what was in force', () => {
    const { shelf, snapshots } = bench();
    snapshots.consider(0, START, 300_000);
    expect(deserialize(shelf.saved[0]?.state as Uint8Array)).toEqual({ format: 2, configured: inForce, core: core.save() });
  });
});
