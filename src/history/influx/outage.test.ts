import { afterEach, describe, expect, it } from 'vitest';
import { Feeder } from '../feeder.ts';
import { TestLog, VirtualClock } from '../test-feeder-rig.ts';
import { createInfluxStore } from './influx-store.ts';
import { FaultyServer, says } from './test-faulty-server.ts';
import { answerTo, isAway, MODES, type OutageMode } from './test-outage-modes.ts';

/* Every way in which a v2 server can be away, in short; `npm run test:history-outage` is the long form, on a whole server. */
const POINTS = 8_000;
const BATCH = 2_000;
/** Points that the server will never take, in the modes that look at a line. */
const BAD = ['s17', 's1999', 's6000'];
const TIMEOUT = 300;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const nameIn = (line: string): string => /,sensor=([^, ]+)/.exec(line)?.[1] ?? '';

/** A server in one mode for so many requests, or until it is told to be well. */
class Failing {
  readonly there = new Set<string>();
  /** Most requests at once, over all its lives. */
  peak = 0;
  private server: FaultyServer;
  private readonly port: number;

  private constructor(server: FaultyServer) {
    this.server = server;
    this.port = Number(new URL(server.url).port);
  }

  static async start(mode: OutageMode): Promise<Failing> {
    const failing = new Failing(await FaultyServer.start());
    failing.become(mode === 'refuse' ? 'ok' : mode);
    if (mode === 'refuse') await failing.server.stop();
    ends.push(() => failing.server.stop());
    return failing;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get heard(): number {
    return this.server.asked.length;
  }

  async beWell(): Promise<void> {
    this.peak = Math.max(this.peak, this.server.peak);
    await this.server.stop();
    this.server = await FaultyServer.start(undefined, this.port);
    this.become('ok');
  }

  private become(mode: Exclude<OutageMode, 'refuse'> | 'ok'): void {
    const take = (line: string): void => {
      if (line.startsWith('reading,')) this.there.add(nameIn(line));
    };
    const store = { take, isBad: (line: string) => BAD.includes(nameIn(line)) };
    this.server.answer = (response, asked) => {
      this.peak = Math.max(this.peak, this.server.peak);
      const written = asked.path.startsWith('/api/v2/write');
      const answer = written || isAway(mode) ? answerTo(mode, asked.body.split('\n'), store) : says(200, { results: [{}] });
      answer(response, asked);
    };
  }
}

function feed(url: string) {
  const store = createInfluxStore({ url, token: null, org: 'city', bucket: 'pulse', api: 'v2', timeout: TIMEOUT });
  const log = new TestLog(POINTS, BATCH);
  const [clock, aside] = [new VirtualClock(), new Map<string, string>()];
  const feeder = new Feeder({
    store,
    start: { offset: 0, audit: 0 },
    pull: (from) => log.pull(from),
    end: () => log.length,
    quarantine: (point, said) => {
      aside.set(point.kind === 'reading' ? point.sensor : '', said);
      return Promise.resolve();
    },
    changed: () => undefined,
    clock,
    random: () => 0.5,
  });
  ends.push(async () => {
    await feeder.close();
    await store.close();
  });
  return { feeder, clock, aside };
}

describe('a store of history that is away in one way, and then back', () => {
  it.each(MODES)('%s: every point gets there or is set aside for its own fault, two requests at a time at most', async (mode) => {
    const server = await Failing.start(mode);
    const { aside, clock, feeder } = feed(server.url);
    const takes = !isAway(mode) && mode !== '400';
    if (takes) await expect.poll(() => passed(feeder, clock), { timeout: 8_000, interval: 1 }).toBe(true);
    else await expect.poll(() => failed(feeder, clock), { timeout: 8_000, interval: 1 }).toBe(true);
    expect(server.there.size).toBe(takes ? POINTS - aside.size : 0);
    expect(feeder.state().kind).toBe(takes ? 'following' : 'waiting');
    await server.beWell();
    await expect.poll(() => passed(feeder, clock), { timeout: 8_000, interval: 1 }).toBe(true);
    const bad = mode === '422 partial' || mode === '400 bad line' ? BAD : [];
    expect([...aside.keys()].sort()).toEqual([...bad].sort());
    expect(server.there.size).toBe(POINTS - bad.length);
    expect(server.peak).toBeLessThanOrEqual(2);
  });
});

/** Everything has gone by; pauses end at once. */
function passed(feeder: Feeder, clock: VirtualClock): boolean {
  clock.advanceToNext();
  return feeder.state().behind === 0 && feeder.state().kind === 'following';
}

function failed(feeder: Feeder, clock: VirtualClock): boolean {
  clock.advanceToNext();
  return feeder.counts().failures >= 4;
}
