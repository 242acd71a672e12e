import type { City, Place, Sensor } from '../model/place.ts';
import type { Level } from '../model/level.ts';
import type { Rule } from '../model/rule.ts';
import type { Scalar } from '../model/text.ts';
import { formatDuration, parseDuration, type Millis } from '../model/time.ts';
import { createOutcome, type BatchOutcome } from './batch-outcome.ts';
import { Core } from './core.ts';

/** One rule-test file, as `schemas/rule-test.schema.json` allows it. */
export interface RuleTestFile {
  readonly rule: string;
  readonly city?: { readonly places?: readonly TestPlace[]; readonly sensors?: readonly TestSensor[] };
  readonly cases: readonly RuleTestCase[];
}

interface TestPlace {
  readonly id: string;
  readonly street?: string;
  readonly attributes?: Readonly<Record<string, Scalar>>;
}

interface TestSensor {
  readonly id: string;
  readonly model?: string;
  readonly place?: string;
  readonly cadence?: string | null;
  readonly attributes?: Readonly<Record<string, Scalar>>;
}

type Values = Readonly<Record<string, Scalar>>;

export interface RuleTestCase {
  readonly name: string;
  readonly start?: string;
  readonly input: readonly (
    | { readonly at: string; readonly sensor?: string; readonly values: Values }
    | { readonly every: string; readonly from: string; readonly to: string; readonly sensor?: string; readonly values: Values }
  )[];
  readonly receipts?: readonly {
    readonly at: string;
    readonly party: string;
    readonly state: 'accepted' | 'on-site' | 'resolved' | 'declined';
  }[];
  readonly until?: string;
  readonly expect: readonly { readonly at?: string; readonly key?: string; readonly level: Level | null }[];
  readonly orders?: readonly { readonly level?: Level; readonly parties?: readonly string[]; readonly state?: string }[];
}

export interface RuleTestResult {
  readonly rule: string;
  readonly name: string;
  readonly passed: boolean;
  /** What differed, a line each. */
  readonly differences: readonly string[];
}

interface Step {
  readonly at: Millis;
  readonly run: (core: Core, outcome: BatchOutcome) => void;
}

const START = '2026-06-01T00:00:00+08:00';
const STREET = '310104014';

/** Runs every case of a file against one rule, through the same core as the server, on a virtual clock. */
export function runRuleTests(rule: Rule, file: RuleTestFile, parties: City['parties']): RuleTestResult[] {
  return file.cases.map((one) => {
    const differences = runCase(rule, file, one, parties);
    return { rule: rule.id, name: one.name, passed: differences.length === 0, differences };
  });
}

function runCase(rule: Rule, file: RuleTestFile, one: RuleTestCase, parties: City['parties']): string[] {
  const start = Date.parse(one.start ?? START);
  const core = new Core();
  const seen: { at: Millis; key: string; level: Level | null }[] = [];
  const orders = new Map<string, { level: Level; parties: string[]; state: string }>();
  const collect = (outcome: BatchOutcome): void => {
    for (const order of outcome.orders.values()) {
      orders.set(order.id, { level: order.level, parties: order.assignments.map((a) => a.party), state: order.state });
    }
  };
  const first = createOutcome();
  const settings = { clock: 'wall', maxAhead: 300_000, maxJump: Number.MAX_SAFE_INTEGER, codecs: {} } as const;
  core.now = start;
  const problems = core.configure({ rules: { hash: '', rules: [rule] }, city: cityOf(rule, file, parties), settings }, first);
  if (problems.length > 0) return problems.map((problem) => `${problem.pointer}: ${problem.message}`);
  core.onVerdict = (verdict) => {
    if (verdict.level !== verdict.was) seen.push({ at: verdict.at - start, key: verdict.subject.key, level: verdict.level });
  };
  const steps = stepsOf(rule, one, start);
  const end =
    start + duration(one.until ?? '0s') > (steps.at(-1)?.at ?? start) ? start + duration(one.until ?? '0s') : (steps.at(-1)?.at ?? start);
  for (const step of [...steps, { at: end, run: () => undefined }]) {
    passTo(core, step.at, collect);
    const outcome = createOutcome();
    core.begin(step.at, outcome);
    step.run(core, outcome);
    if (outcome.rejections[0] !== undefined) return [`input refused: ${outcome.rejections[0].code} ${outcome.rejections[0].detail}`];
    collect(outcome);
  }
  return [...compareLevels(one, seen), ...compareOrders(one, [...orders.values()])];
}

/** The clock ticks whenever something is due, as the server's does. */
function passTo(core: Core, at: Millis, collect: (outcome: BatchOutcome) => void): void {
  for (let due = core.nextAt(); due <= at && due > core.now; due = core.nextAt()) {
    const outcome = createOutcome();
    core.begin(due, outcome);
    collect(outcome);
  }
}

function stepsOf(rule: Rule, one: RuleTestCase, start: Millis): Step[] {
  const steps: Step[] = [];
  const read = (offset: Millis, sensor: string | undefined, values: Values): void => {
    const at = start + offset;
    const topic = `city/test/${sensor ?? 's1'}`;
    const payload = Buffer.from(JSON.stringify({ at, values }));
    steps.push({ at, run: (core, outcome) => void core.step({ kind: 'message', gateway: 'test', topic, payload }, outcome) });
  };
  for (const input of one.input) {
    if ('at' in input) read(duration(input.at), input.sensor, input.values);
    else for (let at = duration(input.from); at <= duration(input.to); at += duration(input.every)) read(at, input.sensor, input.values);
  }
  for (const [i, given] of (one.receipts ?? []).entries()) {
    steps.push({ at: start + duration(given.at), run: (core, outcome) => answer(core, outcome, { ...given, id: `rc-${rule.id}-${i}` }) });
  }
  return steps.sort((a, b) => a.at - b.at);
}

function answer(
  core: Core,
  outcome: BatchOutcome,
  given: { readonly party: string; readonly state: 'accepted' | 'on-site' | 'resolved' | 'declined'; readonly id: string },
): void {
  for (const order of [...core.orders.open()]) {
    const receipt = {
      kind: 'receipt',
      id: `${given.id}-${order.id}`,
      order: order.id,
      party: given.party,
      street: null,
      state: given.state,
    } as const;
    core.step({ kind: 'receipt', receipt: { ...receipt, by: null, note: null, at: null, door: 'http' } }, outcome);
  }
}

function compareLevels(one: RuleTestCase, seen: readonly { at: Millis; key: string; level: Level | null }[]): string[] {
  const differences: string[] = [];
  for (let i = 0; i < Math.max(seen.length, one.expect.length); i += 1) {
    const got = seen[i];
    const want = one.expect[i];
    const shown = got === undefined ? 'nothing' : `${formatDuration(got.at)} ${got.key} ${got.level}`;
    const same =
      got !== undefined &&
      want !== undefined &&
      got.level === want.level &&
      (want.key === undefined || want.key === got.key) &&
      (want.at === undefined || duration(want.at) === got.at);
    if (!same) differences.push(`level change ${i + 1}: expected ${want === undefined ? 'nothing' : JSON.stringify(want)}, got ${shown}`);
  }
  return differences;
}

function compareOrders(one: RuleTestCase, orders: readonly { level: Level; parties: string[]; state: string }[]): string[] {
  if (one.orders === undefined) return [];
  if (one.orders.length !== orders.length) return [`orders: expected ${one.orders.length}, got ${orders.length}`];
  return one.orders.flatMap((want, i) => {
    const got = orders[i] as { level: Level; parties: string[]; state: string };
    const same =
      (want.level === undefined || want.level === got.level) &&
      (want.state === undefined || want.state === got.state) &&
      (want.parties === undefined || [...want.parties].sort().join() === [...got.parties].sort().join());
    return same ? [] : [`order ${i + 1}: expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
  });
}

function cityOf(rule: Rule, file: RuleTestFile, parties: City['parties']): City {
  const places = file.city?.places ?? [{ id: 'p1' }];
  const model = rule.models[0] ?? 'test';
  const sensors = file.city?.sensors ?? [{ id: 's1' }];
  return {
    id: 'test',
    title: { zh: '测试', en: 'Test' },
    zone: 'Asia/Shanghai',
    streets: [...new Set([STREET, ...places.map((place) => place.street ?? STREET)])].map((code) => ({
      kind: 'street',
      code,
      title: { zh: code, en: code },
    })),
    places: places.map(
      (place): Place => ({
        kind: 'place',
        id: place.id,
        title: { zh: place.id, en: place.id },
        street: place.street ?? STREET,
        at: [121.44, 31.19],
        attributes: place.attributes ?? {},
      }),
    ),
    sensors: sensors.map((sensor: TestSensor): Sensor => {
      const cadence = sensor.cadence === undefined ? '1m' : sensor.cadence;
      const place = sensor.place ?? places[0]?.id ?? 'p1';
      return {
        kind: 'sensor',
        id: sensor.id,
        model: sensor.model ?? model,
        place,
        street: places.find((one) => one.id === place)?.street ?? STREET,
        cadence: cadence === null ? null : duration(cadence),
        gateway: null,
        adopted: false,
        attributes: sensor.attributes ?? {},
      };
    }),
    parties,
    measures: [],
    unknownSensors: 'quarantine',
  };
}

function duration(text: string): Millis {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`"${text}" is no duration`);
  return ms;
}
