import type { FactReference } from '../model/condition.ts';
import { parseDuration, type Millis } from '../model/time.ts';
import { aggregate, change, countDistinct, countSamples, rate, roundForComparison, type AggregateName } from './aggregate.ts';
import { ConditionError, type Ask } from './compile-condition.ts';
import type { KeyState, SeriesSpec, ShareSpec } from './compiled-rule.ts';
import { isStale } from './key-state.ts';
import type { SampleValue, Series, SeriesLimits } from './series.ts';

/** Collects what the facts of one rule need, while they are compiled. */
export interface RuleNeeds {
  readonly pooled: SeriesSpec[];
  readonly grouped: SeriesSpec[];
  readonly shares: ShareSpec[];
  /** Lengths of windows: when a sample leaves one, the value may change. */
  readonly windows: Set<Millis>;
  /** True when a fact speaks of silent members. */
  silence: boolean;
  /** Measures whose mere arrival matters (`*`: any). */
  readonly heard: Set<string>;
  /** Milliseconds in one unit of each absence fact, to turn thresholds into times. */
  absence: boolean;
  /** Every fact that is asked, in the order of asking. */
  readonly asked: string[];
}

export function createNeeds(): RuleNeeds {
  return { pooled: [], grouped: [], shares: [], windows: new Set(), silence: false, heard: new Set(), absence: false, asked: [] };
}

const SPREAD: readonly string[] = ['max', 'min', 'sum', 'mean'];
/** Milliseconds in the units that an absence may be given in. */
export const UNITS: Readonly<Record<string, Millis>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** The parameters of one fact, read with errors that name the pointer. */
class Params {
  readonly reference: FactReference;
  readonly pointer: string;
  constructor(reference: FactReference, pointer: string) {
    this.reference = reference;
    this.pointer = `${pointer}/params`;
  }

  raw(name: string): unknown {
    return this.reference.params?.[name];
  }

  fail(name: string, mend: string): never {
    throw new ConditionError('rule-fact-params', `${this.pointer}/${name}`, `Fact "${this.reference.fact}": ${mend}`);
  }

  measures(): readonly string[] {
    const of = this.raw('of');
    const list = typeof of === 'string' ? [of] : of;
    if (!Array.isArray(list) || list.length === 0 || list.some((m) => typeof m !== 'string')) {
      this.fail('of', '"of" must name a measure or a list of measures.');
    }
    return list as string[];
  }

  duration(name: string): Millis {
    const text = this.raw(name);
    const ms = typeof text === 'string' ? parseDuration(text) : null;
    if (ms === null || ms <= 0) this.fail(name, `"${name}" must be a duration such as "5m" or "1h".`);
    return ms;
  }

  choice(name: string, allowed: readonly string[]): string | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' || !allowed.includes(value)) this.fail(name, `"${name}" must be one of ${allowed.join(', ')}.`);
    return value;
  }

  within(): readonly [number, number] | null {
    const value = this.raw('within');
    if (value === undefined) return null;
    if (!Array.isArray(value) || value.length !== 2) return this.fail('within', '"within" must be [lowest, highest].');
    const [low, high] = value as unknown[];
    if (typeof low !== 'number' || typeof high !== 'number' || low > high)
      return this.fail('within', '"within" must be [lowest, highest].');
    return [low, high];
  }

  sample(name: string): SampleValue | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value !== 'number' && typeof value !== 'string') this.fail(name, `"${name}" must be a number, true, false or a text.`);
    return value;
  }
}

type Build = (params: Params, needs: RuleNeeds) => Ask<KeyState>;

const FACTS: Readonly<Record<string, Build>> = {
  last: buildLast,
  min: (params, needs) => buildAggregate('min', params, needs),
  max: (params, needs) => buildAggregate('max', params, needs),
  mean: (params, needs) => buildAggregate('mean', params, needs),
  sum: (params, needs) => buildAggregate('sum', params, needs),
  count: (params, needs) => buildCount(countSamples, params, needs),
  distinct: (params, needs) => buildCount(countDistinct, params, needs),
  change: buildChange,
  rate: buildRate,
  absence: buildAbsence,
  share: buildShare,
  place: (params) => buildAttribute(params, (key) => key.placeAttributes),
  sensor: (params) => buildAttribute(params, (key) => key.sensorAttributes),
  ratio: buildRatio,
};

/** The names that conditions may use, beside `value`. */
export const FACT_NAMES: readonly string[] = [...Object.keys(FACTS), 'value'];

/** Compiles one fact; throws `ConditionError` with the pointer and the mend. */
export function compileFact(reference: FactReference, pointer: string, needs: RuleNeeds): Ask<KeyState> {
  needs.asked.push(JSON.stringify([reference.fact, reference.params ?? {}]));
  const build = Object.hasOwn(FACTS, reference.fact) ? FACTS[reference.fact] : undefined;
  if (build === undefined) {
    throw new ConditionError(
      'rule-fact-unknown',
      `${pointer}/fact`,
      `Unknown fact "${reference.fact}"; use one of ${FACT_NAMES.join(', ')}.`,
    );
  }
  return build(new Params(reference, pointer), needs);
}

function pooledSeries(params: Params, needs: RuleNeeds, limits: SeriesLimits): number {
  return seriesIndex(needs.pooled, params, limits);
}

function seriesIndex(list: SeriesSpec[], params: Params, limits: SeriesLimits): number {
  const measures = params.measures();
  const within = params.within();
  const same = list.findIndex((s) => s.measures.join() === measures.join() && JSON.stringify(s.within) === JSON.stringify(within));
  if (same === -1) return list.push({ measures, within, limits }) - 1;
  const spec = list[same] as SeriesSpec;
  spec.limits = { retention: Math.max(spec.limits.retention, limits.retention), edge: spec.limits.edge || limits.edge };
  return same;
}

function spread(name: string, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  if (name === 'max') return Math.max(...values);
  if (name === 'min') return Math.min(...values);
  const sum = values.reduce((a, b) => a + b, 0);
  return roundForComparison(name === 'sum' ? sum : sum / values.length);
}

/** Asks every member's own series, then combines what is known. */
function acrossMembers(name: string, index: number, ask: (series: Series, key: KeyState) => number | undefined): Ask<KeyState> {
  return (key) => {
    if (isStale(key)) return undefined;
    const { stale } = key.compiled.rule;
    const values: number[] = [];
    for (const series of key.grouped[index] as Series[]) {
      // A member that fell silent long ago must not hold up the sum of the others.
      if (stale !== null && key.time - series.newestTime() > stale) continue;
      const value = ask(series, key);
      if (value !== undefined) values.push(value);
    }
    return spread(name, values);
  };
}

function buildLast(params: Params, needs: RuleNeeds): Ask<KeyState> {
  const across = params.choice('across', SPREAD);
  const limits = { retention: 0, edge: false };
  if (across === null) {
    const index = pooledSeries(params, needs, limits);
    return (key) => (isStale(key) ? undefined : (key.pooled[index] as Series).newestValue());
  }
  const index = seriesIndex(needs.grouped, params, limits);
  return acrossMembers(across, index, (series) => {
    const value = series.newestValue();
    return typeof value === 'number' ? value : undefined;
  });
}

function buildAggregate(name: AggregateName, params: Params, needs: RuleNeeds): Ask<KeyState> {
  const window = params.duration('window');
  const coverage = params.raw('coverage') === undefined ? 0 : params.duration('coverage');
  const across = params.choice('across', SPREAD);
  const limits = { retention: window, edge: false };
  needs.windows.add(window);
  const ask = (series: Series, key: KeyState): number | undefined =>
    coverage > 0 && covered(series, key, window) < coverage ? undefined : aggregate(name, series, key.time, window);
  if (across !== null) return acrossMembers(across, seriesIndex(needs.grouped, params, limits), ask);
  const index = pooledSeries(params, needs, limits);
  return (key) => (isStale(key) ? undefined : ask(key.pooled[index] as Series, key));
}

/** How much of the window its samples stand for: each for the cadence of its sensor. A sensor without cadence covers all. */
function covered(series: Series, key: KeyState, window: Millis): Millis {
  let total = 0;
  for (let i = series.firstAfter(key.time - window); i < series.times.length; i += 1) {
    total += key.members[series.sources[i] as number]?.cadence ?? window;
    if (total >= window) return window;
  }
  return total;
}

type Counter = (series: Series, at: Millis, window: Millis, equal: SampleValue | null) => number;

function buildCount(counter: Counter, params: Params, needs: RuleNeeds): Ask<KeyState> {
  const window = params.duration('window');
  const equal = params.sample('equal');
  const index = pooledSeries(params, needs, { retention: window, edge: false });
  needs.windows.add(window);
  // Events that did not happen are zero, not unknown.
  return (key) => counter(key.pooled[index] as Series, key.time, window, equal);
}

function buildChange(params: Params, needs: RuleNeeds): Ask<KeyState> {
  const window = params.duration('window');
  const as = params.choice('as', ['absolute', 'percent']) === 'percent' ? 'percent' : 'absolute';
  const across = params.choice('across', SPREAD);
  const limits = { retention: window, edge: true };
  needs.windows.add(window);
  const ask = (series: Series, key: KeyState): number | undefined => change(series, key.time, window, as);
  if (across !== null) return acrossMembers(across, seriesIndex(needs.grouped, params, limits), ask);
  const index = pooledSeries(params, needs, limits);
  return (key) => (isStale(key) ? undefined : ask(key.pooled[index] as Series, key));
}

function buildRate(params: Params, needs: RuleNeeds): Ask<KeyState> {
  const window = params.duration('window');
  const per = params.duration('per');
  const index = pooledSeries(params, needs, { retention: window, edge: false });
  needs.windows.add(window);
  return (key) => (isStale(key) ? undefined : rate(key.pooled[index] as Series, key.time, window, per));
}

function buildAbsence(params: Params, needs: RuleNeeds): Ask<KeyState> {
  const unit = UNITS[params.choice('unit', ['s', 'm', 'h']) ?? 's'] as Millis;
  needs.absence = true;
  if (params.raw('of') === undefined) {
    needs.heard.add('*');
    return (key) => (key.newest === Number.NEGATIVE_INFINITY ? undefined : (key.time - key.newest) / unit);
  }
  const index = pooledSeries(params, needs, { retention: 0, edge: false });
  return (key) => {
    const newest = (key.pooled[index] as Series).newestTime();
    return newest === Number.NEGATIVE_INFINITY ? undefined : (key.time - newest) / unit;
  };
}

function buildShare(params: Params, needs: RuleNeeds): Ask<KeyState> {
  if (params.raw('silent') === true) {
    needs.silence = true;
    needs.heard.add('*');
    return (key) => percent(key.silent, key.judged);
  }
  const measures = params.measures();
  const matches = readMatch(params);
  const index = needs.shares.push({ measures, matches }) - 1;
  for (const measure of measures) needs.heard.add(measure);
  return (key) => percent(key.matching[index] ?? 0, key.known[index] ?? 0);
}

function readMatch(params: Params): (value: SampleValue) => boolean {
  const equal = params.sample('equal');
  if (equal !== null) return (value) => value === equal;
  const below = params.raw('below');
  if (typeof below === 'number') return (value) => typeof value === 'number' && value < below;
  const above = params.raw('above');
  if (typeof above === 'number') return (value) => typeof value === 'number' && value > above;
  return params.fail('equal', 'say which values count: "silent": true, "equal", "below" or "above".');
}

function percent(some: number, all: number): number | undefined {
  return all === 0 ? undefined : roundForComparison((some / all) * 100);
}

function buildAttribute(params: Params, of: (key: KeyState) => Readonly<Record<string, unknown>>): Ask<KeyState> {
  const attribute = params.raw('attribute');
  if (typeof attribute !== 'string') return params.fail('attribute', '"attribute" must be the name of a registry attribute.');
  return (key) => {
    const attributes = of(key);
    return Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  };
}

function buildRatio(params: Params, needs: RuleNeeds): Ask<KeyState> {
  const times = params.raw('times') ?? 1;
  if (typeof times !== 'number') return params.fail('times', '"times" must be a number.');
  const of = compileFact(params.raw('of') as FactReference, `${params.pointer}/of`, needs);
  const to = compileFact(params.raw('to') as FactReference, `${params.pointer}/to`, needs);
  return (key) => {
    const a = of(key);
    const b = to(key);
    if (typeof a !== 'number' || typeof b !== 'number' || b === 0) return undefined;
    return roundForComparison((a / b) * times);
  };
}
