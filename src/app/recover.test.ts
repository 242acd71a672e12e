import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { addressMessages } from './addressing.ts';
import { Core, type Configured } from './core.ts';
import type { Definition } from './definition.ts';
import { Definitions } from './definitions.ts';
import { Pipeline } from './pipeline.ts';
import { recover, sameDefinition, saveState, storeDefinition } from './recover.ts';
import { Player, realDefinition, START, turns, type Turn } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const SEEDS = 32;

let first: Definition;
let second: Definition;
let directory: string;
let emitted: TelemetryEvent[];
let journal: Journal | null;

beforeAll(async () => {
  first = await realDefinition();
  const [dropped, changed, ...rest] = first.rules.rules;
  if (dropped === undefined || changed === undefined) throw new Error('there are no rules');
  // A rule goes, another has a new version: their standings end, all others are kept.
  second = {
    ...first,
    rules: { hash: 'second', rules: [{ ...changed, version: changed.version + 1, unit: `${changed.unit}!` }, ...rest] },
  };
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-recover-'));
  emitted = [];
  journal = null;
});
afterEach(async () => {
  await journal?.close().catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<Journal> {
  journal = await openJournal({ directory, worker, emit: (event) => void emitted.push(event) });
  return journal;
}

/** A server over a real journal, without its doors; beside it a core that has never stopped and is told the same entries. */
class Server {
  readonly reference = new Player(new Core((event) => this.definitionOf(event)));
  inForce: Configured | null = null;
  snapshots = 0;
  /** The journal is opened anew now and then; what it holds is the same. */
  private readonly definitions = new Definitions({ definition: (hash) => this.journal.definition(hash) });
  private journal: Journal;
  private core: Core;
  private pipeline: Pipeline;
  private now = START;

  private constructor(opened: Journal) {
    this.journal = opened;
    ({ core: this.core, configured: this.inForce } = recover(opened, () => undefined));
    this.pipeline = this.pipelineOver();
  }

  static async start(): Promise<Server> {
    const server = new Server(await open());
    await server.configure(first);
    return server;
  }

  async configure(definition: Definition): Promise<void> {
    this.inForce = await storeDefinition(this.journal, definition);
    await this.pipeline.submit(this.inForce);
  }

  async turn({ pass, acts }: Turn): Promise<void> {
    this.now += pass;
    this.reference.now = this.now;
    await this.submit(...acts.flatMap((act) => this.reference.eventsOf(act)));
  }

  async submit(...events: readonly LogEvent[]): Promise<void> {
    for (const event of events) void this.pipeline.submit(event);
    await this.pipeline.drained();
  }

  async snapshot(): Promise<void> {
    const state = saveState(this.core, this.inForce as Configured);
    await this.journal.saveSnapshot({ offset: this.journal.nextOffset - 1, at: this.now, state });
    this.snapshots += 1;
  }

  /** Ends without a word, and starts again from what is on disk. @returns how many entries were replayed. */
  async restart(): Promise<number> {
    await this.journal.close();
    this.journal = await open();
    return this.recover();
  }

  /** The same, without opening the files anew: that takes longest. */
  recover(): number {
    const recovered = recover(this.journal, () => undefined);
    expect(sameDefinition(recovered.configured, this.inForce as Configured)).toBe(true);
    this.core = recovered.core;
    this.pipeline = this.pipelineOver();
    this.compare();
    return recovered.entries;
  }

  compare(): void {
    expect(isDeepStrictEqual(this.core.save(), this.reference.core.save())).toBe(true);
  }

  private pipelineOver(): Pipeline {
    return new Pipeline({
      core: this.core,
      journal: this.journal,
      now: () => this.now,
      address: (outcome, at) => addressMessages(outcome.messages, () => [], at),
      committed: ({ at, offset }) => this.tellReference(at, offset),
      fatal: (error) => {
        throw error;
      },
    });
  }

  private tellReference(at: number, offset: number): void {
    const [entry] = [...this.journal.replay(offset)];
    this.reference.now = at;
    this.reference.enter(entry?.events ?? []);
  }

  private definitionOf(event: Configured): Definition {
    return this.definitions.load(event);
  }
}

type Fate = 'none' | 'snapshot' | 'restart' | 'snapshot-restart' | 'configure';

const fates: fc.Arbitrary<readonly Fate[]> = fc.array(
  fc.constantFrom<Fate[]>('none', 'none', 'none', 'none', 'snapshot', 'restart', 'snapshot-restart', 'configure'),
  {
    minLength: 30,
    maxLength: 30,
  },
);

describe('restart = snapshot + replay', () => {
  it(`R1: over ${SEEDS} random days with restarts, snapshots and new rules, the state equals that of never having stopped`, {
    timeout: 60_000,
  }, async () => {
    const seen = { restarts: 0, snapshots: 0, changes: 0, orders: 0 };
    for (const [script, fate] of fc.sample(fc.tuple(turns, fates), SEEDS)) {
      rmSync(directory, { recursive: true, force: true });
      const server = await Server.start();
      let other = second;
      for (const [i, turn] of script.entries()) {
        await server.turn(turn);
        const what = fate[i] ?? 'none';
        if (what === 'configure') {
          await server.configure(other);
          other = other === second ? first : second;
          seen.changes += 1;
        }
        if (what.startsWith('snapshot')) await server.snapshot();
        if (!what.endsWith('restart')) continue;
        server.recover();
        seen.restarts += 1;
      }
      await server.restart();
      seen.snapshots += server.snapshots;
      seen.orders += server.reference.orders.length;
      await journal?.close();
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });

  it('R1: control: a replay that loses its last entry is caught', async () => {
    const server = await Server.start();
    await server.turn({ pass: 1_000, acts: [{ act: 'read', sensor: 'smoke-iapm-01', values: { smoke: 1 }, ago: 0, seq: 1, test: false }] });
    const opened = journal as Journal;
    const shorter = {
      ...opened,
      latestSnapshot: () => null,
      definition: (hash: string) => opened.definition(hash),
      nextOffset: opened.nextOffset,
    };
    const replay = function* (from: number) {
      for (const entry of opened.replay(from)) if (entry.offset < opened.nextOffset - 1) yield entry;
    };
    const lost = recover({ ...shorter, replay }, () => undefined);
    expect(isDeepStrictEqual(lost.core.save(), server.reference.core.save())).toBe(false);
  });

  it('R1: from a damaged newest snapshot it goes back to the one before, and arrives at the same', async () => {
    const server = await Server.start();
    const read = (seq: number): Turn => ({
      pass: 60_000,
      acts: [{ act: 'read', sensor: 'people-wukang-01', values: { people: 2_000 + seq }, ago: 0, seq, test: false }],
    });
    for (let seq = 0; seq < 6; seq += 1) {
      await server.turn(read(seq));
      if (seq % 2 === 0) await server.snapshot();
    }
    const newest = readdirSync(directory)
      .filter((name) => name.startsWith('snapshot-'))
      .sort()
      .at(-1) as string;
    expect(await server.restart()).toBe(1);
    await journal?.close();
    writeFileSync(join(directory, newest), 'not a snapshot');
    expect(await server.restart()).toBe(3);
    expect(emitted.map(({ name }) => name)).toContain('journal.snapshot-refused');
  });

  it('R2: replay writes nothing and tells nobody', async () => {
    const server = await Server.start();
    for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02']) {
      await server.turn({ pass: 500, acts: [{ act: 'read', sensor, values: { smoke: 1 }, ago: 0, seq: 1, test: false }] });
    }
    const before = journal as Journal;
    const was = { next: before.nextOffset, counts: before.views.counts(), waiting: before.waitingDeliveries() };
    expect(was.waiting.length).toBeGreaterThan(2);
    await server.restart();
    const after = journal as Journal;
    expect({ next: after.nextOffset, counts: after.views.counts(), waiting: after.waitingDeliveries() }).toEqual(was);
  });

  it('begins empty where there is no log, and says so', async () => {
    const recovered = recover(await open(), (event) => void emitted.push(event));
    expect(recovered).toMatchObject({ configured: null, entries: 0 });
    expect(emitted.at(-1)).toMatchObject({ name: 'pipeline.replay-finished', entries: 0, events: 0 });
  });

  it('finds the rules that were in force, not those of today', async () => {
    const server = await Server.start();
    await server.configure(second);
    await server.restart();
    const recovered = recover(journal as Journal, () => undefined);
    expect(recovered.core.inForce?.rules.hash).toBe('second');
  });

  it('keeps the receipts of two parties that number theirs alike', async () => {
    const server = await Server.start();
    for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02']) {
      await server.turn({ pass: 500, acts: [{ act: 'read', sensor, values: { smoke: 1 }, ago: 0, seq: 1, test: false }] });
    }
    const [order] = server.reference.orders as [string];
    const answer = (party: string): LogEvent => ({
      kind: 'receipt',
      receipt: { kind: 'receipt', id: '1', order, party, street: null, state: 'accepted', by: null, note: null, at: null, door: 'http' },
    });
    await server.submit(answer('fire'), answer('police'), answer('fire'));
    expect(journal?.views.order(order)?.receipts.map(({ party }) => party)).toEqual(['fire', 'police']);
  });
});
