import type { EngineBench } from './bench-engine.ts';
import type { Turn } from './reference.ts';

/** The engine's tables, as they stand in the README. */
export function engineLines(bench: EngineBench): string[] {
  const { perSecond: ours, shipped, byHand, rules } = bench;
  const base = rules[0]?.perSecond ?? ours;
  const row = (name: string, { perSecond, differences, asked }: Turn): string =>
    `| json-rules-engine ${name} | ${thousands(perSecond)} | ${ratio(ours / perSecond)} | ${differences} of ${thousands(asked)} |`;
  return [
    `| ${bench.signs} signs, ${thousands(bench.sensors)} sensors, one thread | messages/s | Maibo ÷ this | other verdicts |`,
    '| --- | ---: | ---: | ---: |',
    `| Maibo: windows, conditions, holds, levels | ${thousands(ours)} | 1 | |`,
    row('as shipped: all signs in one engine, the conditions of the rule files, facts as functions that find their answer ready', shipped),
    row('the same, every fact worked out and handed over under a name of its own', bench.allInOne),
    row('indexed by hand: one engine a sign, facts ready as before', byHand),
    '',
    '| rules in force | messages/s | cost of a message |',
    '| --- | ---: | ---: |',
    ...rules.map(
      ({ count, perSecond, spread }) =>
        `| ${thousands(count)}${spread ? ', the same sensors spread over all of them (cold rules)' : ''} | ${thousands(perSecond)} | ${(base / perSecond).toFixed(2)} × |`,
    ),
    '',
    '| state | |',
    '| --- | ---: |',
    `| bytes a sensor and sign (${thousands(bench.pairs)} pairs; columns and stores) | ${Math.round(bench.bytesPerPair)} |`,
    `| the same by what the process grew, all else counted in | ${Math.round(bench.heapPerPair)} |`,
    `| pause while all ${bench.reload.changed} rules change, state kept | ${bench.reload.milliseconds.toFixed(1)} ms |`,
  ];
}

function ratio(value: number): string {
  return value >= 100 ? thousands(value) : value.toFixed(1);
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
