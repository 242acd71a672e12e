import type { Millis } from '../../model/time.ts';
import { CountCells } from '../cells/count-cells.ts';
import { DeviationCells } from '../cells/deviation-cells.ts';
import { DistinctCells } from '../cells/distinct-cells.ts';
import { EdgeCells } from '../cells/edge-cells.ts';
import { ExtremeCells } from '../cells/extreme-cells.ts';
import { GrowthCells } from '../cells/growth-cells.ts';
import { LastCells } from '../cells/last-cells.ts';
import type { Cells } from '../cells/cells.ts';
import { SessionCells } from '../cells/session-cells.ts';
import { SketchCells } from '../cells/sketch-cells.ts';
import { SumCells } from '../cells/sum-cells.ts';
import { TumblingCells } from '../cells/tumbling-cells.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { roundForComparison } from '../rounding.ts';
import { ACROSS, acrossMembers } from './across.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

type Row = 'key' | 'member';
export type WindowName = 'min' | 'max' | 'mean' | 'sum' | 'stddev';
type AskRow = (row: number, at: Millis) => number;

/** The store of a windowed fact, fed with its measures; facts that keep the same thing share it. */
function windowStore<C extends Cells>(
  sort: string,
  params: Params,
  builder: FactBuilder,
  row: { readonly by: Row; readonly make: () => C },
): C {
  const measures = params.measures();
  const within = params.within();
  const which = ['window', 'kind', 'ago', 'gap', 'coverage', 'equal', 'above', 'below', 'atLeast', 'atMost'].map(
    (name) => params.raw(name) ?? null,
  );
  const identity = `${sort} ${row.by} ${measures.join()} ${JSON.stringify([within, which])}`;
  builder.instant = false;
  const { cells, fresh } = builder.store(identity, row.by, row.make);
  if (fresh) {
    builder.feed({ measures, within, by: row.by, take: (at, time, value, member) => cells.take(at, time, value, member) });
    builder.edge(cells, row.by);
  }
  return cells;
}

/** How long a sample of a member stands for: its cadence; a member that has none covers everything. */
function standsFor(builder: FactBuilder, window: Millis): (member: number) => Millis {
  const { memory } = builder;
  return (member) => memory.cadenceOf(member) ?? window;
}

export function buildWindow(name: WindowName, params: Params, builder: FactBuilder): Fact<number> {
  const across = params.choice('across', ACROSS);
  const by: Row = across === null ? 'key' : 'member';
  const kind = params.choice('kind', ['sliding', 'tumbling', 'session'] as const) ?? 'sliding';
  const ask =
    kind === 'tumbling'
      ? tumbling(name, params, builder, by)
      : kind === 'session'
        ? session(name, params, builder, by)
        : sliding(name, params, builder, by);
  if (name === 'sum') builder.drifts = true;
  return answer(ask, params, builder);
}

/** Of the key's own row, or across its members' rows. */
function answer(ask: AskRow, params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const across = params.choice('across', ACROSS);
  if (across === null) {
    return numberFact((key) =>
      memory.isStale(key) ? Number.NaN : roundForComparison(ask(key, memory.clock[key * CLOCK + TIME] as number)),
    );
  }
  const last = newestOfMembers(params, builder);
  const combined = acrossMembers(across, builder, {
    ask: (row, key) => roundForComparison(ask(row, memory.clock[key * CLOCK + TIME] as number)),
    newest: (row) => last.time(row),
  });
  return numberFact((key) => (memory.isStale(key) ? Number.NaN : combined(key)));
}

function newestOfMembers(params: Params, builder: FactBuilder): LastCells {
  const measures = params.measures();
  const within = params.within();
  const { cells, fresh } = builder.store(`last member ${measures.join()} ${JSON.stringify(within)}`, 'member', () => new LastCells());
  if (fresh) builder.feed({ measures, within, by: 'member', take: (row, at, value) => cells.take(row, at, value) });
  return cells;
}

function sliding(name: WindowName, params: Params, builder: FactBuilder, by: Row): AskRow {
  const window = params.duration('window');
  const coverage = params.has('coverage') ? params.duration('coverage') : 0;
  if (params.raw('weight') === 'time' && name === 'mean') {
    const cells = windowStore('edge', params, builder, { by, make: () => new EdgeCells(window) });
    builder.polls();
    return (row, at) => cells.stepMean(row, at);
  }
  const covered = coverage === 0 ? null : coveredBy(params, builder, by);
  const enough = (row: number, at: Millis): boolean => covered === null || covered.covered(row, at) >= coverage;
  switch (name) {
    case 'min':
    case 'max': {
      const cells = windowStore(name, params, builder, { by, make: () => new ExtremeCells(window, name === 'max' ? 1 : -1) });
      return (row, at) => (enough(row, at) ? cells.extreme(row, at) : Number.NaN);
    }
    case 'stddev': {
      const cells = windowStore('deviation', params, builder, { by, make: () => new DeviationCells(window) });
      return (row, at) => (enough(row, at) ? cells.deviation(row, at) : Number.NaN);
    }
    case 'sum':
    case 'mean': {
      const cells = covered ?? windowStore('sum', params, builder, { by, make: () => new SumCells(window, null, null) });
      return (row, at) => {
        if (!enough(row, at)) return Number.NaN;
        if (name === 'mean') return cells.mean(row, at);
        return cells.count(row, at) === 0 ? Number.NaN : cells.sum(row, at);
      };
    }
  }
}

function coveredBy(params: Params, builder: FactBuilder, by: Row): SumCells {
  const window = params.duration('window');
  return windowStore('covered', params, builder, { by, make: () => new SumCells(window, null, standsFor(builder, window)) });
}

function tumbling(name: 'count' | WindowName, params: Params, builder: FactBuilder, by: Row): AskRow {
  const length = params.duration('window');
  const ago = params.number('ago', [0, 8], 0);
  const coverage = params.has('coverage') ? params.duration('coverage') : 0;
  const samples = { stands: standsFor(builder, length), matches: name === 'count' ? (params.matcher() ?? (() => true)) : null };
  const cells = windowStore('tumbling', params, builder, {
    by,
    make: () => new TumblingCells({ length, ago }, builder.around.clock, samples),
  });
  builder.drifts = true;
  const question = { name, ago, coverage };
  return (row, at) => cells.ask(row, at, question);
}

function session(name: 'count' | WindowName, params: Params, builder: FactBuilder, by: Row): AskRow {
  if (name === 'stddev') return params.fail('kind', 'a session has count, sum, mean, min and max only.');
  const gap = params.duration('gap');
  const longest = params.duration('window');
  const matches = name === 'count' ? (params.matcher() ?? (() => true)) : null;
  const cells = windowStore(`session ${name === 'count'}`, params, builder, { by, make: () => new SessionCells(gap, longest, matches) });
  return (row, at) => cells.ask(row, at, name);
}

/** Events that did not happen are zero, not unknown. */
export function buildCount(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const kind = params.choice('kind', ['sliding', 'tumbling', 'session'] as const) ?? 'sliding';
  builder.drifts = true;
  if (kind !== 'sliding') {
    const ask = kind === 'tumbling' ? tumbling('count', params, builder, 'key') : session('count', params, builder, 'key');
    return numberFact((key) => ask(key, memory.clock[key * CLOCK + TIME] as number));
  }
  const window = params.duration('window');
  const cells = windowStore('count', params, builder, { by: 'key', make: () => new CountCells(window, params.matcher()) });
  return numberFact((key) => cells.count(key, memory.clock[key * CLOCK + TIME] as number));
}

export function buildDistinct(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const window = params.duration('window');
  const by = params.choice('by', ['sensor', 'value'] as const) ?? 'sensor';
  const cells = windowStore(`distinct ${by}`, params, builder, { by: 'key', make: () => new DistinctCells(window, by, params.matcher()) });
  builder.drifts = true;
  return numberFact((key) => cells.distinct(key, memory.clock[key * CLOCK + TIME] as number));
}

export function buildLeq(params: Params, builder: FactBuilder): Fact<number> {
  const window = params.duration('window');
  const coverage = params.has('coverage') ? params.duration('coverage') : 0;
  const cells = windowStore('energy', params, builder, {
    by: 'key',
    make: () => new SumCells(window, (level) => 10 ** (level / 10), coverage === 0 ? null : standsFor(builder, window)),
  });
  return answer(
    (row, at) => {
      if (coverage > 0 && cells.covered(row, at) < coverage) return Number.NaN;
      return 10 * Math.log10(cells.mean(row, at));
    },
    params,
    builder,
  );
}

export function buildPercentile(params: Params, builder: FactBuilder): Fact<number> {
  const window = params.duration('window');
  const percent = params.number('p', [0, 100]);
  if (params.has('kind') && params.raw('kind') !== 'sliding') params.fail('kind', 'a percentile is of a sliding window.');
  const cells = windowStore('sketch', params, builder, { by: 'key', make: () => new SketchCells(window) });
  return answer((row, at) => cells.quantile(row, at, percent), params, builder);
}

export function buildChange(params: Params, builder: FactBuilder): Fact<number> {
  const window = params.duration('window');
  const percent = params.choice('as', ['absolute', 'percent'] as const) === 'percent';
  const by: Row = params.has('across') ? 'member' : 'key';
  const cells = windowStore('edge', params, builder, { by, make: () => new EdgeCells(window) });
  return answer(
    (row, at) => {
      const before = cells.before(row, at);
      const difference = cells.newestValue(row) - before;
      if (!percent) return difference;
      return before === 0 ? Number.NaN : (difference / before) * 100;
    },
    params,
    builder,
  );
}

export function buildRate(params: Params, builder: FactBuilder): Fact<number> {
  const window = params.duration('window');
  const per = params.duration('per');
  const cells = windowStore('edge', params, builder, { by: 'key', make: () => new EdgeCells(window) });
  return answer((row, at) => cells.slope(row, at) * per, params, builder);
}

export function buildIncrease(params: Params, builder: FactBuilder): Fact<number> {
  const window = params.duration('window');
  const cells = windowStore('growth', params, builder, { by: 'key', make: () => new GrowthCells(window) });
  builder.drifts = true;
  return answer((row, at) => cells.growth(row, at), params, builder);
}
