import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../journal/audit/audit-line.ts';
import { openSigningKey } from '../journal/audit/signing-key.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { Checkpoints } from './checkpoints.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
let directory: string;
let now: number;
let seq: number;
let events: TelemetryEvent[];
let retained: string[];
let broker: 'open' | 'absent' | 'broken';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-checkpoints-'));
  [now, seq, events, retained, broker] = [Date.UTC(2026, 5, 1), 1, [], [], 'open'];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(): Promise<Checkpoints> {
  const head = (): AuditRecord => ({ seq, at: '', kind: 'event', subject: '', body: {}, hash: String(seq % 10).repeat(64) });
  return Checkpoints.open({
    directory,
    journal: { auditHead: head, flush: () => Promise.resolve() },
    key: openSigningKey(directory, () => undefined),
    now: () => now,
    retain: (line) => {
      if (broker === 'broken') return Promise.reject(new Error('broker-lost'));
      if (broker === 'open') retained.push(line);
      return Promise.resolve(broker === 'open');
    },
    emit: (event) => void events.push(event),
  });
}

const file = (): string => join(directory, 'audit-checkpoints.ndjson');
const made = (): number[] =>
  readFileSync(file(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
const failures = (): TelemetryEvent[] => events.filter(({ name }) => name === 'journal.audit-checkpoint-failed');

describe('checkpoints of the audit record', () => {
  it('S1: are made at least every hour while there are new records, and at a stop', async () => {
    const checkpoints = await open();
    const began = now;
    await checkpoints.consider();
    expect(made()).toEqual([1]);
    let last = now;
    for (; now < began + 5 * HOUR; now += MINUTE) {
      seq += 1;
      await checkpoints.consider();
      if (made().at(-1) === seq) {
        expect(now - last).toBeLessThanOrEqual(HOUR);
        last = now;
      }
    }
    expect(made().length).toBeGreaterThanOrEqual(6);
    seq += 1;
    await checkpoints.last();
    expect(made().at(-1)).toBe(seq);
  });

  it('S1: are not made where nothing is new, over a restart either', async () => {
    await (await open()).last();
    now += 3 * HOUR;
    const again = await open();
    await again.consider();
    await again.last();
    expect(made()).toEqual([1]);
  });

  it('S2: what is published and said is the line that is in the file', async () => {
    await (await open()).consider();
    const [line = ''] = readFileSync(file(), 'utf8').split('\n');
    expect(retained).toEqual([line]);
    expect(events).toEqual([{ name: 'journal.audit-checkpoint-made', seq: 1, checkpoint: line }]);
  });

  it('S2: what cannot be kept is given to nobody', async () => {
    const checkpoints = await open();
    mkdirSync(file());
    await checkpoints.consider();
    expect([retained, failures().length]).toEqual([[], 1]);
    rmSync(file(), { recursive: true });
    await checkpoints.consider();
    expect([made(), retained.length]).toEqual([[1], 1]);
  });

  it('S3: one that could not be published is said and tried again; without a broker it waits', async () => {
    const checkpoints = await open();
    broker = 'broken';
    await checkpoints.consider();
    expect([failures().length, made()]).toEqual([1, [1]]);
    broker = 'absent';
    await checkpoints.consider();
    broker = 'open';
    await checkpoints.consider();
    await checkpoints.consider();
    expect([retained.length, failures().length]).toEqual([1, 1]);
  });

  it('the newest of before is published after a restart, and a clock that was set back makes none wait', async () => {
    await (await open()).last();
    const again = await open();
    await again.consider();
    expect(retained).toHaveLength(2);
    seq += 1;
    now -= 10 * HOUR;
    await again.consider();
    expect(made()).toEqual([1, 2]);
  });
});
