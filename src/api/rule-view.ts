import type { LevelRule, OrderRule, Rule } from '../model/rule.ts';
import { formatDue } from '../model/due.ts';
import { formatDuration } from '../model/time.ts';

/** A rule as its file writes it: whoever reads it here may put it into a file. */
export function ruleView({ kind: _, levels, lateness, stale, flap, order, split, models, ...rest }: Rule): Record<string, unknown> {
  return {
    ...rest,
    ...(split === null ? {} : { split }),
    ...(models.length === 0 ? {} : { models }),
    levels: Object.fromEntries(levels.map((level) => [level.level, levelView(level)])),
    lateness: formatDuration(lateness),
    stale: stale === null ? null : formatDuration(stale),
    ...(flap === null ? {} : { flap: { ...flap, within: formatDuration(flap.within) } }),
    order: order === null ? null : orderRuleView(order),
  };
}

function levelView({ when, hold, clearWhen, clearHold, evidence, source }: LevelRule): Record<string, unknown> {
  const clear = { ...(clearWhen === null ? {} : { when: clearWhen }), for: formatDuration(clearHold) };
  return { when, for: formatDuration(hold), ...(clearWhen === null && clearHold === 0 ? {} : { clear }), evidence, source };
}

function orderRuleView({ due, ...order }: OrderRule): Record<string, unknown> {
  return { ...order, due: { accept: formatDue(due.accept), arrive: formatDue(due.arrive), close: formatDue(due.close) } };
}
