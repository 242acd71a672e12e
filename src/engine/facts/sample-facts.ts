import type { Millis } from '../../model/time.ts';
import { LastCells } from '../cells/last-cells.ts';
import { MemberLastCells } from '../cells/member-last-cells.ts';
import { RankCells } from '../cells/rank-cells.ts';
import { isTextCode } from '../cells/text-code.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { ACROSS, acrossMembers } from './across.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { textsOf } from './texts.ts';
import { CLOCK, NEWEST, TIME } from '../key-clock.ts';

/** Milliseconds in the units that a duration may be given in. */
export const UNITS: Readonly<Record<string, Millis>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function lastStore(params: Params, builder: FactBuilder): LastCells {
  const measures = params.measures();
  const within = params.within();
  const { cells, fresh } = builder.store(`last key ${measures.join()} ${JSON.stringify(within)}`, 'key', () => new LastCells());
  if (fresh) {
    builder.feed({ measures, within, by: 'key', take: (row, at, value) => cells.take(row, at, value) });
    builder.newest.push({ measures, within, cells });
  }
  return cells;
}

function memberStore(params: Params, builder: FactBuilder): MemberLastCells {
  const measures = params.measures();
  const within = params.within();
  const identity = `last member ${measures.join()} ${JSON.stringify(within)}`;
  const { cells, fresh } = builder.store(identity, 'member', () => new MemberLastCells(builder.memory));
  if (fresh) builder.feed({ measures, within, by: 'member', take: (row, at, value) => cells.take(row, at, value) });
  return cells;
}

export function buildLast(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const across = params.choice('across', ACROSS);
  if (across !== null) {
    const cells = memberStore(params, builder);
    const combined = acrossMembers(across, builder, {
      ask: (row) => (isTextCode(cells.value(row)) ? Number.NaN : cells.value(row)),
      newest: (row) => cells.time(row),
      moved: (key) => cells.moved(key),
    });
    return numberFact((key) => (memory.isStale(key) ? Number.NaN : combined(key)));
  }
  const cells = lastStore(params, builder);
  const texts = textsOf(builder.rule);
  if (params.within() !== null) return numberFact((key) => (memory.isStale(key) ? Number.NaN : cells.value(key)));
  return {
    number: null,
    coded: (key) => (memory.isStale(key) ? Number.NaN : cells.value(key)),
    ask: (key) => {
      const value = cells.value(key);
      if (Number.isNaN(value) || memory.isStale(key)) return undefined;
      // A text that the rule does not name is told apart from those that it names, and from other such texts.
      return isTextCode(value) ? (texts.get(value) ?? `text ${value}`) : value;
    },
  };
}

export function buildRank(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const n = params.number('last', [1, 16]);
  const m = params.number('rank', [1, n]);
  const order = params.choice('order', ['highest', 'lowest'] as const) ?? 'highest';
  const measures = params.measures();
  const within = params.within();
  builder.instant = false;
  const { cells, fresh } = builder.store(`rank ${n} ${measures.join()} ${JSON.stringify(within)}`, 'key', () => new RankCells(n));
  if (fresh) builder.feed({ measures, within, by: 'key', take: (row, at, value) => cells.take(row, at, value) });
  return numberFact((key) => (memory.isStale(key) ? Number.NaN : cells.rank(key, m, order)));
}

/** Time since the newest reading; not known while a gateway that is out hides whoever should have spoken. */
export function buildAbsence(params: Params, builder: FactBuilder): Fact<number> {
  const { memory, around } = builder;
  const unit = UNITS[params.choice('unit', ['s', 'm', 'h'] as const) ?? 's'] as Millis;
  builder.judgesSilence = true;
  builder.instant = false;
  let since: (key: number) => Millis;
  if (params.has('of')) {
    const cells = lastStore(params, builder);
    since = (key) => cells.time(key);
  } else {
    builder.heard.add('*');
    since = (key) => {
      const newest = memory.clock[key * CLOCK + NEWEST] as number;
      return newest === Number.NEGATIVE_INFINITY ? Number.NaN : newest;
    };
  }
  builder.lasts(params.reference, since);
  return numberFact((key) => {
    const at = memory.clock[key * CLOCK + TIME] as number;
    const elapsed = at - since(key);
    // Soon after a start nobody is called silent: whoever was shut out must first find the door.
    if (elapsed > 0 && (at < around.notBefore || allHidden(key, at))) return Number.NaN;
    return Math.max(0, elapsed) / unit;
  });

  function allHidden(key: number, at: Millis): boolean {
    for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) {
      if (!around.gateways.hides(memory.memberSensor[m] as number, at, memory.cadenceOf(m))) return false;
    }
    return true;
  }
}
