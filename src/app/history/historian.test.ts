import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import { Historian } from './historian.ts';
import type { HistorianSetup, HistoryAnswer } from './historian-protocol.ts';

const program = new URL('./historian.child.mjs', import.meta.url);
const setup = (): HistorianSetup => ({
  dataDir: '/nowhere',
  influx: null,
  retention: { raw: null, minute: null, hour: null, steps: null, bytes: null },
  inForce: { kind: 'configured', rules: 'r', city: 'c', settings: 's' },
});

/** What the trial process does when it is asked for so many steps. */
const [DIES, FAILS, SILENT, ANSWERS] = [1, 2, 3, 4] as const;

let events: TelemetryEvent[];
let historian: Historian;
let heard: () => void = () => undefined;

beforeEach(() => {
  events = [];
  const emit = (event: TelemetryEvent): void => {
    events.push(event);
    heard();
  };
  historian = new Historian({ setup, program, emit, now: Date.now });
});
afterEach(() => historian.close());

function ask(limit: number): Promise<HistoryAnswer> {
  return historian.ask({ kind: 'order-steps', query: { from: 0, to: 1, limit } });
}

test('T2 the log is kept from the entry that is not stored yet, also before the process has said anything', async () => {
  expect(historian.keepFrom).toBe(0);
  expect(historian.standing).toBeNull();
  await ask(ANSWERS);
  expect(historian.keepFrom).toBe(7);
  expect(historian.standing).toMatchObject({ kind: 'following', place: 'trial' });
});

test('T3 a question that cannot be answered is refused with a reason', async () => {
  await expect(ask(FAILS)).rejects.toMatchObject({
    code: 'history-unavailable',
    message: expect.stringContaining('the disk is full') as string,
  });
  await expect(ask(ANSWERS)).resolves.toEqual({ kind: 'order-steps', steps: [] });
});

test('T3 no question stays open when the process ends', async () => {
  const open = ask(SILENT);
  const [silent, dead] = await Promise.allSettled([open, ask(DIES)]);
  expect([silent.status, dead.status]).toEqual(['rejected', 'rejected']);
  await expect(ask(ANSWERS)).rejects.toMatchObject({ code: 'history-unavailable' });
});

test('T1 the end of that process ends nothing else, and it is started again', async () => {
  await ask(ANSWERS);
  const ended = new Promise<void>((resolve) => {
    heard = resolve;
  });
  await ask(DIES).catch(() => undefined);
  await ended;
  expect(events).toMatchObject([{ name: 'history.process-ended', reason: 'exit 3' }]);
  expect(historian.standing).toMatchObject({ kind: 'waiting', reason: expect.stringContaining('exit 3') as string });
  // What was stored is stored: the log need not be kept again from its beginning.
  expect(historian.keepFrom).toBe(7);
  await expect.poll(() => ask(ANSWERS).catch(() => null), { timeout: 8_000 }).toEqual({ kind: 'order-steps', steps: [] });
  expect(historian.standing?.kind).toBe('following');
});

test('nothing is asked of it, and nothing started, after it was closed', async () => {
  await historian.close();
  await expect(ask(ANSWERS)).rejects.toMatchObject({ code: 'history-unavailable' });
  expect(events).toEqual([]);
});
