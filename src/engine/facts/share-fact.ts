import { ShareCells } from '../cells/share-cells.ts';
import { SilenceCells } from '../cells/silence-cells.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { roundForComparison } from '../rounding.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

/** Percent of the members of a key that are silent, or whose newest value matches. */
export function buildShare(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  builder.instant = false;
  if (params.raw('silent') === true) {
    builder.judgesSilence = true;
    builder.heard.add('*');
    const { cells, fresh } = builder.store('silence', 'member', () => new SilenceCells(memory));
    if (fresh) builder.listen(cells);
    return numberFact((key) => roundForComparison(cells.share(key, memory.clock[key * CLOCK + TIME] as number)));
  }
  const measures = params.measures();
  const matches =
    params.matcher() ?? params.fail('equal', 'say which count: "silent": true, "equal", "below", "above", "atLeast" or "atMost".');
  const { cells, fresh } = builder.store(
    `share ${JSON.stringify(params.reference.params)}`,
    'member',
    () => new ShareCells(memory, matches),
  );
  if (fresh) builder.feed({ measures, within: null, by: 'member', take: (row, at, value) => cells.take(row, at, value) });
  return numberFact((key) => roundForComparison(cells.share(key)));
}
