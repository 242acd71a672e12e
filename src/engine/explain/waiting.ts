import type { Waiting } from '../../model/explanation.ts';
import { isoTime, type Millis } from '../../model/time.ts';
import { isTextCode } from '../cells/text-code.ts';
import { TOLD } from '../cells/cells.ts';
import type { Lane } from '../lane.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';

/** Readings of these sensors, for this rule, that have come and are held back for earlier ones. */
export function waitingFor(sensors: ReadonlySet<number>, rule: RunningRule, { buffer }: Lane, book: RuleBook): Waiting {
  const found: { readonly at: Millis; readonly sensor: number; readonly measure: string; readonly value: number }[] = [];
  const names = book.routes.measures;
  for (const { at, sensor, measure, value } of buffer?.waiting(sensors) ?? []) {
    // Below zero: not a measure.
    const name = names[measure];
    if (name !== undefined && rule.compiled.measures.has(name)) found.push({ at, sensor, measure: name, value });
  }
  if (buffer === null || found.length === 0) return { readings: 0, judged: null, newest: [] };
  found.sort((a, b) => b.at - a.at);
  return {
    readings: found.length,
    judged: isoTime(buffer.releaseOf((found.at(-1) as { readonly at: Millis }).at)),
    newest: found.slice(0, TOLD).map(({ at, sensor, measure, value }) => ({
      sensor: book.around.sensors[sensor]?.id ?? '',
      measure,
      at: isoTime(at),
      value: isTextCode(value) ? '…' : value,
    })),
  };
}
