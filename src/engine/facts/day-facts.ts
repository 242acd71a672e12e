import type { Millis } from '../../model/time.ts';
import { ExceedanceCells } from '../cells/exceedance-cells.ts';
import { OccupancyCells } from '../cells/occupancy-cells.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

export function buildExceedances(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const measures = params.measures();
  const within = params.within();
  const lengths = { mean: params.duration('mean'), window: params.duration('window') };
  const beyond = params.matcher() ?? params.fail('atLeast', 'say which means count: "atLeast", "above", "atMost" or "below".');
  builder.instant = false;
  builder.drifts = true;
  const { cells, fresh } = builder.store(
    `exceedances ${JSON.stringify(params.reference.params)}`,
    'key',
    () => new ExceedanceCells(lengths, builder.around.clock, beyond),
  );
  if (fresh) {
    builder.feed({ measures, within, by: 'key', take: (row, at, value) => cells.take(row, at, value) });
    builder.edge(cells, 'key');
  }
  return numberFact((key) => cells.found(key, memory.clock[key * CLOCK + TIME] as number));
}

export function buildOccupancy(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const [entries, exits] = [params.measures('in'), params.measures('out')];
  const within = params.within();
  const [, hour, minute] =
    /^([01]\d|2[0-3]):([0-5]\d)$/.exec(params.text('reset')) ?? params.fail('reset', '"reset" must be a time of day such as "04:00".');
  const reset: Millis = (Number(hour) * 60 + Number(minute)) * 60_000;
  builder.instant = false;
  builder.drifts = true;
  const { cells, fresh } = builder.store(
    `occupancy ${JSON.stringify(params.reference.params)}`,
    'key',
    () => new OccupancyCells(reset, builder.around.clock),
  );
  if (fresh) {
    builder.feed({ measures: entries, within, by: 'key', take: (row, at, value) => cells.take(row, at, value) });
    builder.feed({ measures: exits, within, by: 'key', take: (row, at, value) => cells.leave(row, at, value) });
    builder.edge(cells, 'key');
  }
  return numberFact((key) => (memory.isStale(key) ? Number.NaN : cells.inside(key, memory.clock[key * CLOCK + TIME] as number)));
}
