import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommitBatch } from '../journal/journal.ts';
import type { Intake } from '../ingest/intake.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Millis } from '../model/time.ts';
import type { SavedCore } from './core.ts';
import type { Definition } from './definition.ts';
import { Pipeline, type CommitPort, type PipelineOptions } from './pipeline.ts';
import { coreOf, message, Player, realDefinition, START } from './test-rig.ts';

let definition: Definition;
beforeAll(async () => {
  definition = await realDefinition();
});

/** A disk that writes when it is told to, and notes everything in the order in which it happens. */
class Disk implements CommitPort {
  readonly trace: string[] = [];
  readonly written: CommitBatch[] = [];
  nextOffset = 0;
  private readonly waiting: { batch: CommitBatch; resolve: () => void; reject: (error: Error) => void }[] = [];

  get inFlight(): number {
    return this.waiting.length;
  }

  commit(batch: CommitBatch): Promise<void> {
    const { offset, events } = batch.entry;
    this.nextOffset = offset + 1;
    this.trace.push(`commit ${offset} ${events.flatMap(nameOf).join(',')}`);
    return new Promise((resolve, reject) => this.waiting.push({ batch, resolve, reject }));
  }

  async write(): Promise<void> {
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.trace.push(`durable ${next.batch.entry.offset}`);
    this.written.push(next.batch);
    next.resolve();
    await turn();
  }

  async fail(): Promise<void> {
    this.waiting.shift()?.reject(new Error('disk full'));
    await turn();
  }
}

function nameOf(event: LogEvent): string[] {
  return event.kind === 'message' ? [event.topic.slice('city/gw/'.length)] : [];
}

/** Everything that is due now has happened. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

interface Bench {
  readonly disk: Disk;
  readonly pipeline: Pipeline;
  readonly intake: Intake;
  /** Sent by a gateway; its settlement stands in the trace. */
  readonly offer: (name: string) => void;
}

function bench(over: Partial<PipelineOptions> = {}, doorOf: (pipeline: Pipeline) => Intake = (pipeline) => pipeline): Bench {
  const disk = new Disk();
  const core = over.core ?? coreOf(definition);
  const step = core.step.bind(core);
  core.step = (event, outcome) => {
    disk.trace.push(...nameOf(event).map((name) => `decided ${name}`));
    return step(event, outcome);
  };
  const pipeline = new Pipeline({
    core,
    journal: disk,
    now: () => START,
    address: () => [],
    committed: ({ offset }) => disk.trace.push(`committed ${offset}`),
    fatal: (error) => disk.trace.push(`fatal ${error.message}`),
    ...over,
  });
  const intake = doorOf(pipeline);
  const payload = Buffer.from(JSON.stringify({ at: START, values: { rain: 1 } }));
  const offer = (name: string): void => {
    intake.offer('gw', `city/gw/${name}`, payload, (error) => disk.trace.push(`settled ${name} ${error === null ? 'ok' : error.message}`));
  };
  return { disk, pipeline, intake, offer };
}

/** What P1, P2 and P3 forbid, found in a trace. */
function violations(trace: readonly string[]): string[] {
  const batchOf = new Map<string, number>();
  const durable = new Set<number>();
  const decided: string[] = [];
  const committed: string[] = [];
  const found: string[] = [];
  let failed = false;
  for (const line of trace) {
    const [what, subject = '', rest = ''] = line.split(' ');
    if (what === 'decided') decided.push(subject);
    if (what === 'fatal') failed = true;
    if (what === 'commit') {
      for (const name of rest.split(',').filter((one) => one !== '')) batchOf.set(name, Number(subject));
      committed.push(...rest.split(',').filter((one) => one !== ''));
    }
    if (what === 'durable') durable.add(Number(subject));
    if (what !== 'settled' || rest !== 'ok') continue;
    if (!durable.has(batchOf.get(subject) ?? -1)) found.push(`P1 ${subject}`);
    if (failed) found.push(`P3 ${subject}`);
  }
  if (!isDeepStrictEqual(committed, decided.slice(0, committed.length))) found.push('P2');
  return found;
}

type Op = 'offer' | 'submit' | 'turn' | 'write' | 'fail' | 'tick';

async function run(ops: readonly Op[], doorOf?: (pipeline: Pipeline) => Intake): Promise<Disk> {
  const { disk, pipeline, offer } = bench({}, doorOf);
  let n = 0;
  for (const op of ops) {
    if (op === 'offer') offer(`s${n++}`);
    else if (op === 'submit') pipeline.submit({ kind: 'tick' }).catch(() => undefined);
    else if (op === 'tick') pipeline.tick();
    else if (op === 'turn') await turn();
    else if (op === 'write') await disk.write();
    else await disk.fail();
  }
  return disk;
}

/** Acknowledges at once, as many brokers do. */
function eager(pipeline: Pipeline): Intake {
  return {
    offer(gateway, topic, payload, settled) {
      settled(null);
      pipeline.offer(gateway, topic, payload, () => undefined);
    },
  };
}

const ops = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Op>('offer') },
    { weight: 4, arbitrary: fc.constant<Op>('turn') },
    { weight: 4, arbitrary: fc.constant<Op>('write') },
    { weight: 1, arbitrary: fc.constantFrom<Op[]>('submit', 'tick', 'fail') },
  ),
  { minLength: 3, maxLength: 40 },
);

describe('the pipeline, over a disk that writes when it is told to', () => {
  it('P1, P2, P3: whatever the order of messages, writes and failures', async () => {
    let settled = 0;
    await fc.assert(
      fc.asyncProperty(ops, async (script) => {
        const { trace } = await run(script);
        expect(violations(trace)).toEqual([]);
        settled += trace.filter((line) => line.endsWith(' ok')).length;
      }),
      { numRuns: 150 },
    );
    expect(settled).toBeGreaterThan(100);
  });

  it('control: a door that settles first is caught by the same check', async () => {
    const { trace } = await run(['offer', 'turn', 'write'], eager);
    expect(violations(trace)).toEqual(['P1 s0']);
    const afterFailure = await run(['offer', 'turn', 'fail', 'offer'], eager);
    expect(violations(afterFailure.trace)).toContain('P3 s1');
  });

  it('P1: settles nothing while the commit is in flight, then all of the batch', async () => {
    const { disk, offer } = bench();
    offer('a');
    offer('b');
    await turn();
    expect(disk.trace).toEqual(['decided a', 'decided b', 'commit 0 a,b']);
    await disk.write();
    expect(disk.trace.slice(3)).toEqual(['durable 0', 'settled a ok', 'settled b ok', 'committed 0']);
  });

  it('decides the next batch while one is in flight, and has one commit in flight at a time', async () => {
    const { disk, offer } = bench();
    offer('a');
    await turn();
    offer('b');
    offer('c');
    await turn();
    expect(disk.trace).toEqual(['decided a', 'commit 0 a', 'decided b', 'decided c']);
    expect(disk.inFlight).toBe(1);
    await disk.write();
    expect(disk.trace.slice(4)).toEqual(['durable 0', 'commit 1 b,c', 'settled a ok', 'committed 0']);
  });

  it('P3: after a failed commit neither that batch, nor the one after it, nor anything later is acknowledged', async () => {
    const { disk, pipeline, offer } = bench();
    offer('a');
    const waiting = pipeline.submit({ kind: 'tick' });
    const refused = expect(waiting).rejects.toThrow('disk full');
    await turn();
    offer('b');
    await disk.fail();
    offer('c');
    await refused;
    await expect(pipeline.submit({ kind: 'tick' })).rejects.toThrow('disk full');
    pipeline.tick();
    await turn();
    await pipeline.drained();
    expect(disk.trace.filter((line) => line.startsWith('settled'))).toEqual([
      'settled a disk full',
      'settled b disk full',
      'settled c disk full',
    ]);
    expect(disk.trace.filter((line) => line.startsWith('fatal'))).toHaveLength(1);
    expect(disk.inFlight).toBe(0);
  });

  it('a core that fails when time passes, or at an event, ends the process instead of hanging it', async () => {
    for (const broken of ['begin', 'step'] as const) {
      const core = coreOf(definition);
      const disk = new Disk();
      const fatal: string[] = [];
      const answers: string[] = [];
      const options = {
        core,
        journal: disk,
        now: () => START,
        address: () => [],
        committed: () => undefined,
        fatal: (error: Error) => fatal.push(error.message),
      };
      const pipeline = new Pipeline(options);
      core[broken] = () => {
        throw new Error('broken');
      };
      pipeline.offer('gw', 'city/gw/a', Buffer.from('{}'), (error) => answers.push(error?.message ?? 'settled'));
      await expect(pipeline.submit({ kind: 'tick' })).rejects.toThrow('broken');
      await pipeline.drained();
      await turn();
      expect([fatal, answers, disk.trace]).toEqual([['broken'], ['broken'], []]);
    }
  });

  it('a core that fails while a commit is in flight leaves nobody waiting: what is written then is not acknowledged, and comes again', async () => {
    const { disk, pipeline, offer } = bench();
    const submitted = pipeline.submit({ kind: 'tick' });
    submitted.catch(() => undefined);
    offer('a');
    await turn();
    const { core } = (pipeline as unknown as { readonly options: PipelineOptions }).options;
    core.step = () => {
      throw new Error('broken');
    };
    await expect(pipeline.submit({ kind: 'tick' })).rejects.toThrow('broken');
    await disk.write();
    await expect(submitted).rejects.toThrow('broken');
    await pipeline.drained();
    expect(disk.trace.filter((line) => /^(settled|fatal|committed)/.test(line))).toEqual(['fatal broken', 'settled a broken']);
  });

  it('what cannot be addressed, or told after its commit, ends the process, and nobody waits for ever', async () => {
    for (const broken of ['closed', 'committed'] as const) {
      const fail = (): never => {
        throw new Error('broken');
      };
      const { disk, pipeline } = bench({ [broken]: fail });
      const submitted = pipeline.submit({ kind: 'tick' });
      submitted.catch(() => undefined);
      await turn();
      await disk.write();
      // What is durable was acknowledged before it was told of.
      await (broken === 'committed' ? submitted : expect(submitted).rejects.toThrow('broken'));
      await expect(pipeline.submit({ kind: 'tick' })).rejects.toThrow('broken');
      expect(disk.trace).toContain('fatal broken');
    }
  });

  it('answers who waits with what became of the event, after its commit', async () => {
    const { disk, pipeline } = bench();
    let answer: unknown = null;
    void pipeline.submit(message('new-1', { at: START, values: { rain: 2 } })).then((result) => (answer = result));
    await turn();
    expect(answer).toBeNull();
    await disk.write();
    expect(answer).toMatchObject({ kind: 'message', readings: 1, rejections: [] });
  });

  it('is drained when all that was offered is durable', async () => {
    const { disk, pipeline, offer } = bench();
    let drained = false;
    offer('a');
    await turn();
    offer('b');
    void pipeline.drained().then(() => (drained = true));
    await disk.write();
    expect(drained).toBe(false);
    await disk.write();
    expect(drained).toBe(true);
  });

  it('never lets its clock go back, and begins where the log ended', async () => {
    let wall: Millis = START + 5_000;
    const core = coreOf(definition);
    core.now = START + 9_000;
    const { disk, offer } = bench({ core, now: () => wall });
    for (const step of [0, 60_000, -30_000, 1]) {
      wall += step;
      offer(`s${wall}`);
      await turn();
      await disk.write();
    }
    expect(disk.written.map(({ entry }) => entry.at - START)).toEqual([9_000, 65_000, 65_000, 65_000]);
  });

  it('ticks only when something is due', async () => {
    let wall: Millis = START;
    const { disk, pipeline } = bench({ now: () => wall });
    const send = async (at: Millis): Promise<void> => {
      void pipeline.submit(message('people-wukang-01', { at, values: { people: 2_800 } }));
      await turn();
      await disk.write();
    };
    await send(wall);
    pipeline.tick();
    expect(disk.inFlight).toBe(0);
    for (let minute = 1; minute <= 2; minute += 1) {
      wall += 60_000;
      await send(wall);
    }
    // The hold of three minutes, and what the rule waits for late readings.
    wall += 75_000;
    pipeline.tick();
    await turn();
    await disk.write();
    const last = disk.written.at(-1);
    expect(last?.entry.events).toEqual([{ kind: 'tick' }]);
    expect(last?.alerts.map(({ rule, state, level }) => `${rule} ${state} ${level}`)).toContain('venue-occupancy firing orange');
  });

  it('where the clock follows the data, never ticks, however long ago the data are', async () => {
    const core = coreOf(await realDefinition('events'));
    const { disk, pipeline } = bench({ core });
    void pipeline.submit(message('people-wukang-01', { at: '2015-06-01T12:00:00+08:00', values: { people: 2_900 } }));
    await turn();
    await disk.write();
    expect(core.engine.nextAt()).toBeLessThan(START);
    pipeline.tick();
    await turn();
    expect(disk.inFlight).toBe(0);
  });

  it('offers the moment for a snapshot when the state is exactly that after the entry', async () => {
    const saved: { offset: number; state: SavedCore }[] = [];
    const core = coreOf(definition);
    const { disk, offer } = bench({ core, closed: (offset) => saved.push({ offset, state: structuredClone(core.save()) }) });
    for (const names of [['a', 'b'], ['c'], ['smoke-iapm-01', 'd']]) {
      for (const name of names) offer(name);
      await turn();
      offer('meanwhile');
      await disk.write();
    }
    await disk.write();
    expect(saved.length).toBeGreaterThan(3);
    for (const { offset, state } of saved) {
      const replayed = new Player(coreOf(definition));
      for (const { entry } of disk.written.slice(0, offset + 1)) {
        replayed.now = entry.at;
        replayed.enter(entry.events);
      }
      expect(isDeepStrictEqual(replayed.core.save(), state), `entry ${offset}`).toBe(true);
    }
  });

  it('commits everything that a batch decided in one transaction', async () => {
    const delivery = { kind: 'delivery' } as never;
    const { disk, pipeline } = bench({ address: () => [delivery] });
    for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02']) void pipeline.submit(message(sensor, { at: START, values: { smoke: 1 } }));
    void pipeline.submit(message('x', 'no reading'));
    await turn();
    await disk.write();
    const [batch] = disk.written;
    expect(batch?.entry.events).toHaveLength(3);
    expect(batch?.orders).toHaveLength(1);
    expect(batch?.alerts.length).toBeGreaterThanOrEqual(3);
    expect(batch?.rejections.map(({ code }) => code)).toEqual(['schema']);
    expect(batch?.deliveries).toEqual([delivery]);
  });
});
