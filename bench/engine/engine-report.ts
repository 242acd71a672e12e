import type { EngineBench } from './bench-engine.ts';

/** The engine's tables, as they stand in the README. */
export function engineLines(bench: EngineBench): string[] {
  const { readingsPerSecond: ours, shipped, byHand, rules } = bench;
  const base = rules[0]?.readingsPerSecond ?? ours;
  return [
    `| ${bench.signs} signs, ${thousands(bench.sensors)} sensors, one thread | readings/s | Maibo ÷ this | other verdicts |`,
    '| --- | ---: | ---: | ---: |',
    `| Maibo: windows, conditions, holds, levels | ${thousands(ours)} | 1 | |`,
    `| json-rules-engine as shipped: all signs in one engine, facts ready | ${thousands(shipped.perSecond)} | ${ratio(ours / shipped.perSecond)} | ${shipped.differences} of ${thousands(shipped.asked)} |`,
    `| json-rules-engine indexed by hand: one engine a sign, facts ready | ${thousands(byHand.perSecond)} | ${ratio(ours / byHand.perSecond)} | ${byHand.differences} of ${thousands(byHand.asked)} |`,
    '',
    '| rules in force | readings/s | cost of a reading |',
    '| --- | ---: | ---: |',
    ...rules.map(
      ({ count, readingsPerSecond, spread }) =>
        `| ${thousands(count)}${spread ? ', the same sensors spread over all of them (cold rules)' : ''} | ${thousands(readingsPerSecond)} | ${(base / readingsPerSecond).toFixed(2)} × |`,
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
