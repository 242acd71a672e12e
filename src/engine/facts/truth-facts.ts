import type { Millis } from '../../model/time.ts';
import { TruthCells } from '../cells/truth-cells.ts';
import { TRUE, UNKNOWN, type Fact } from '../condition/compile-condition.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { UNITS } from './sample-facts.ts';
import { CLOCK, TIME } from '../key-clock.ts';

/** Notes at each evaluation whether the named condition holds; one that is not known changes nothing. */
function noteTruth(params: Params, builder: FactBuilder, counts: boolean): TruthCells {
  const { memory } = builder;
  const name = params.text('when');
  builder.instant = false;
  builder.notesTruth = true;
  const test = builder.condition(name, `${params.pointer}/when`);
  const { cells, fresh } = builder.store(
    `truth ${counts} ${name} ${JSON.stringify(builder.rule.conditions[name])}`,
    'key',
    () => new TruthCells(counts),
  );
  if (fresh) {
    builder.truths.push(cells);
    builder.notes.push((key) => {
      const truth = test(key);
      if (truth !== UNKNOWN) cells.note(key, memory.clock[key * CLOCK + TIME] as number, truth === TRUE);
    });
  }
  return cells;
}

export function buildHeld(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const unit = UNITS[params.choice('unit', ['s', 'm', 'h'] as const) ?? 's'] as Millis;
  const cells = noteTruth(params, builder, false);
  builder.lasts(params.reference, (key) => cells.sinceWhen(key));
  return numberFact((key) => {
    const since = cells.sinceWhen(key);
    return Number.isNaN(since) ? 0 : ((memory.clock[key * CLOCK + TIME] as number) - since) / unit;
  });
}

export function buildEpisodes(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const window = params.duration('window');
  const cells = noteTruth(params, builder, true);
  builder.drifts = true;
  builder.edges.push((key, at) => cells.turnLeaves(key, at, window));
  return numberFact((key) => cells.turned(key, memory.clock[key * CLOCK + TIME] as number, window));
}
