import { LEVELS } from '../model/level.ts';
import type { Problem } from '../model/problem.ts';
import type { LevelRule, OrderRule, Rule } from '../model/rule.ts';
import { parseDue, type DueTime } from '../model/due.ts';
import { formatDuration, parseDuration, type Millis } from '../model/time.ts';
import { LONGEST_DURATION, LONGEST_LATENESS, type LevelFile, type RuleFile } from './rule-file-shape.ts';

type ReadDuration = (text: string | undefined, pointer: string, longest?: Millis) => Millis;

/** Reads the durations and fills in the defaults; a duration that is too long goes to `problems`. */
export function assembleRule(parsed: RuleFile, file: string, problems: Problem[]): Rule {
  const read: ReadDuration = (text = '0s', pointer, longest = LONGEST_DURATION) => {
    const ms = parseDuration(text);
    if (ms !== null && ms <= longest) return ms;
    problems.push({ code: 'rule-duration', file, pointer, message: `Write a duration of at most ${formatDuration(longest)}.` });
    return 0;
  };
  return {
    kind: 'rule',
    id: parsed.id,
    version: parsed.version,
    title: parsed.title,
    domain: parsed.domain,
    unit: parsed.unit,
    scope: parsed.scope,
    split: parsed.split ?? null,
    models: parsed.models ?? [],
    value: parsed.value,
    levels: LEVELS.flatMap((level) => {
      const one = parsed.levels[level];
      return one === undefined ? [] : [assembleLevel(level, one, read)];
    }),
    conditions: parsed.conditions ?? {},
    latch: parsed.latch ?? false,
    lateness: read(parsed.lateness, '/lateness', LONGEST_LATENESS),
    stale: parsed.stale === undefined || parsed.stale === null ? null : read(parsed.stale, '/stale'),
    flap: parsed.flap === undefined ? null : { raises: parsed.flap.raises, within: read(parsed.flap.within, '/flap/within') },
    onChange: parsed.onChange ?? 'keep',
    order: parsed.order === undefined || parsed.order === null ? null : assembleOrder(parsed.order, read),
    source: parsed.source,
  };
}

function assembleLevel(level: LevelRule['level'], one: LevelFile, read: ReadDuration): LevelRule {
  const at = `/levels/${level}`;
  return {
    level,
    when: one.when,
    hold: read(one.for, `${at}/for`),
    clearWhen: one.clear?.when ?? null,
    clearHold: read(one.clear?.for, `${at}/clear/for`),
    evidence: one.evidence,
    source: one.source,
  };
}

function assembleOrder(order: NonNullable<RuleFile['order']>, read: ReadDuration): OrderRule {
  // Working days have a limit of their own: two digits.
  const due = (text: string, pointer: string): DueTime => {
    const term = parseDue(text);
    return term === null || typeof term === 'number' ? read(text, pointer) : term;
  };
  return {
    kind: order.kind,
    from: order.from,
    lead: order.lead,
    support: order.support,
    due: {
      accept: due(order.due.accept, '/order/due/accept'),
      arrive: due(order.due.arrive, '/order/due/arrive'),
      close: due(order.due.close, '/order/due/close'),
    },
  };
}
