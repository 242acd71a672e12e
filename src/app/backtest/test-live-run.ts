import type { AlertPassage } from '../../model/alert.ts';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { LogEntry, LogEvent } from '../../model/log-entry.ts';
import { SORT, type ReadingBlock } from '../../model/reading-block.ts';
import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import { outOfOrder, type Arrival } from '../acceptance/arrival/arrivals.ts';
import { Random } from '../acceptance/arrival/random.ts';
import { makeScript } from '../acceptance/arrival/script.ts';
import type { TrialGround } from '../acceptance/arrival/trial-definition.ts';
import { createOutcome, type BatchOutcome } from '../batch-outcome.ts';
import { Core } from '../core.ts';
import type { Definition } from '../definition.ts';
import { ReadingPoints } from '../history/reading-points.ts';

/** For tests: what the server decides as messages come in, and what history keeps of them. */
export interface LiveRun {
  /** Of every alert, by its id. */
  readonly steps: ReadonlyMap<string, readonly string[]>;
  readonly points: readonly ReadingPoint[];
  readonly end: Millis;
}

const HOURS: Millis = 3 * 3_600_000;
/** How often the server looks what is due. */
const TICK: Millis = 250;

/** A scripted day told out of order, some messages twice, several of one moment in one batch. */
export function arrivalsOf(ground: TrialGround, seed: number, readings: number): readonly Arrival[] {
  const { words } = makeScript(ground, seed, readings);
  const late = outOfOrder(words, new Random(seed + 7), () => 90_000);
  // Batches of a fifth of a second: what came in one has one time of receipt.
  return late.map(({ at, word }) => ({ at: Math.ceil(at / 200) * 200, word }));
}

/** One thing said by a sensor, as it happens. */
export function arrivalOf(at: Millis, sensor: string, values: Readonly<Record<string, Scalar>>): Arrival {
  return { at, word: { at, sensor, gateway: 'gw', values, payload: Buffer.from(JSON.stringify({ at, values })) } };
}

export function liveRun(definition: Definition, arrivals: readonly Arrival[]): LiveRun {
  const live = new Live(definition, (arrivals[0] as Arrival).at);
  for (let i = 0; i < arrivals.length; ) {
    const { at } = arrivals[i] as Arrival;
    const events: LogEvent[] = [];
    for (; arrivals[i]?.at === at; i += 1) events.push(messageOf(arrivals[i] as Arrival));
    live.tickUntil(at);
    live.enter(at, events);
  }
  const end = (arrivals.at(-1) as Arrival).at + HOURS;
  live.tickUntil(end);
  live.enter(end, []);
  return { steps: live.steps, points: live.points, end };
}

class Live {
  readonly steps = new Map<string, string[]>();
  readonly points: ReadingPoint[] = [];
  private readonly core: Core;
  private readonly log: ReadingPoints;
  private offset = 0;

  constructor(definition: Definition, start: Millis) {
    this.core = new Core(() => definition);
    this.core.now = start;
    this.core.configure(definition, createOutcome());
    this.log = new ReadingPoints(definition, () => definition);
  }

  tickUntil(at: Millis): void {
    const due = (): Millis => (this.core.nextAt() > this.core.now ? this.core.nextAt() : this.core.now + TICK);
    for (let next = due(); next <= at; next = due()) this.enter(next, []);
  }

  enter(at: Millis, events: readonly LogEvent[]): void {
    const entry: LogEntry = { offset: this.offset++, at, events };
    const outcome = createOutcome();
    this.core.begin(at, outcome);
    for (const event of events) this.core.step(event, outcome);
    addSteps(outcome, this.steps);
    const points: ReadingPoint[] = [];
    this.log.take(entry, points);
    this.points.push(...points);
  }
}

/** Every step of every alert, as bytes: rules say what they say of one moment in no order. */
export function addSteps({ transitions }: BatchOutcome, to: Map<string, string[]>): void {
  for (const { alert, at, was } of transitions) {
    const step = JSON.stringify({ alert, was, at } satisfies AlertPassage);
    const known = to.get(alert.id);
    if (known === undefined) to.set(alert.id, [step]);
    else known.push(step);
  }
}

function messageOf({ word: { gateway, payload, sensor } }: Arrival): LogEvent {
  return { kind: 'message', gateway, topic: `city/${gateway}/${sensor}`, payload };
}

/** As a store gives them: in blocks of so many, a report never in two. */
export function* blocksOf(points: readonly ReadingPoint[], size: number): Generator<ReadingBlock> {
  const names = { sensors: new Numbers(), measures: new Numbers(), gateways: new Numbers() };
  for (let from = 0; from < points.length; ) {
    let to = Math.min(points.length, from + size);
    while (to < points.length && isOneReport(points[to - 1] as ReadingPoint, points[to] as ReadingPoint)) to += 1;
    yield blockOf(points.slice(from, to), names);
    from = to;
  }
}

interface Names {
  readonly sensors: Numbers;
  readonly measures: Numbers;
  readonly gateways: Numbers;
}

class Numbers {
  private readonly known = new Map<string, number>();
  private fresh: string[] = [];

  of(name: string): number {
    const known = this.known.get(name) ?? this.known.size;
    if (known === this.known.size) this.fresh.push(name);
    this.known.set(name, known);
    return known;
  }

  take(): string[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}

function blockOf(points: readonly ReadingPoint[], { gateways, measures, sensors }: Names): ReadingBlock {
  const texts: string[] = [];
  const numberOf = ({ value }: ReadingPoint): number => (typeof value === 'string' ? texts.push(value) - 1 : Number(value));
  const sortOf = ({ value }: ReadingPoint): number =>
    typeof value === 'string' ? SORT.text : typeof value === 'boolean' ? SORT.truth : SORT.number;
  const columns = {
    sensor: Int32Array.from(points, ({ sensor }) => sensors.of(sensor)),
    measure: Int32Array.from(points, ({ measure }) => measures.of(measure)),
    gateway: Int32Array.from(points, ({ gateway }) => gateways.of(gateway)),
    standing: new Int32Array(points.length),
    at: Float64Array.from(points, ({ at }) => at),
    nth: Int32Array.from(points, ({ nth }) => nth),
    receivedAt: Float64Array.from(points, ({ receivedAt }) => receivedAt),
    order: Int32Array.from(points, ({ order }) => order),
    value: Float64Array.from(points, numberOf),
    sort: Uint8Array.from(points, sortOf),
    test: Uint8Array.from(points, ({ test }) => (test ? 1 : 0)),
  };
  const fresh = { sensors: sensors.take(), measures: measures.take(), gateways: gateways.take(), standings: [] };
  return { kind: 'reading-block', count: points.length, ...fresh, ...columns, texts };
}

function isOneReport(a: ReadingPoint, b: ReadingPoint): boolean {
  return a.receivedAt === b.receivedAt && a.order === b.order;
}
