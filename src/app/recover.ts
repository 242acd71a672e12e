import { deserialize, serialize } from 'node:v8';
import type { Journal } from '../journal/journal.ts';
import { Refusal } from '../model/problem.ts';
import type { Emit } from '../telemetry/events.ts';
import { createOutcome } from './batch-outcome.ts';
import { Core, type Configured, type SavedCore } from './core.ts';
import { hashOf, type Definition } from './definition.ts';
import { Definitions } from './definitions.ts';

/** Changes whenever the shape of the saved state does. */
const STATE_FORMAT = 2;

/** A snapshot is the core's state and what was in force when it was taken. */
interface SavedState {
  readonly format: 2;
  readonly configured: Configured;
  readonly core: SavedCore;
}

export interface Recovered {
  readonly core: Core;
  /** What is in force according to the log; `null` for a new one. */
  readonly configured: Configured | null;
  readonly entries: number;
}

/**
 * Restart = snapshot + replay.
 *
 * R1 The state after recovery is the state after the last committed entry: what was not committed was not acknowledged.
 * R2 Replay writes nothing and tells nobody: the orders it makes are those that its entries made.
 */
export function recover(journal: Journal, emit: Emit): Recovered {
  const definitions = new Definitions(journal);
  const core = new Core(
    (event) => definitions.load(event),
    (table) => definitions.baselines(table),
  );
  const snapshot = journal.latestSnapshot();
  let configured: Configured | null = null;
  if (snapshot !== null) {
    const saved = deserialize(snapshot.state) as SavedState;
    if (saved.format !== STATE_FORMAT)
      throw new Refusal(
        'snapshot-format',
        `The snapshot of entry ${snapshot.offset} has format ${String(saved.format)}, and this version reads ${STATE_FORMAT}: start the version that wrote it.`,
      );
    configured = saved.configured;
    core.configure(definitions.load(configured), createOutcome());
    core.restore(saved.core);
  }
  const from = snapshot === null ? 0 : snapshot.offset + 1;
  const started = performance.now();
  let entries = 0;
  let events = 0;
  emit({ name: 'pipeline.replay-started', from, to: journal.nextOffset - 1 });
  for (const entry of journal.replay(from)) {
    const outcome = createOutcome();
    core.begin(entry.at, outcome, entry.events[0]?.kind);
    for (const event of entry.events) {
      core.step(event, outcome);
      if (event.kind === 'configured') configured = event;
    }
    entries += 1;
    events += entry.events.length;
  }
  emit({ name: 'pipeline.replay-finished', entries, events, milliseconds: performance.now() - started });
  return { core, configured, entries };
}

/** The core's state as it is after the entry at this moment decided last. */
export function saveState(core: Core, configured: Configured): Uint8Array {
  const saved: SavedState = { format: STATE_FORMAT, configured, core: core.save() };
  return serialize(saved);
}

/** Makes a definition findable by its hashes before any event names them. */
export async function storeDefinition(journal: Journal, definition: Definition): Promise<Configured> {
  const bodies = [definition.rules, definition.city, definition.settings].map((part) => JSON.stringify(part));
  const hashes = bodies.map(hashOf);
  for (const [i, body] of bodies.entries()) await journal.putDefinition(hashes[i] as string, body);
  return { kind: 'configured', rules: hashes[0] as string, city: hashes[1] as string, settings: hashes[2] as string };
}

/** The table in force is named by snapshots of this process as well: it must not go with what earlier ones have put. */
export async function storeBaselines(journal: Pick<Journal, 'putDefinition' | 'definition'>, { engine }: Core): Promise<void> {
  const table = engine.past?.version;
  const body = table === undefined ? null : journal.definition(table);
  if (table !== undefined && body !== null) await journal.putDefinition(table, body);
}

export function sameDefinition(a: Configured | null, b: Configured): boolean {
  return a !== null && a.rules === b.rules && a.city === b.city && a.settings === b.settings;
}
