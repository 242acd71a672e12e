import type { FactReference } from '../../model/condition.ts';
import type { ExplainedMoment, Shown } from '../../model/explanation.ts';
import type { Rule } from '../../model/rule.ts';
import { isoTime, type Millis } from '../../model/time.ts';
import { isTextCode } from '../cells/text-code.ts';
import { textsOf } from '../facts/texts.ts';
import { CLOCK, NEWEST } from '../key-clock.ts';
import type { Lane } from '../lane.ts';
import type { RunningRule } from '../running-rule.ts';
import { askFact, KEY, replicate, type AskedFact, type Replica } from './replica.ts';
import { clockText } from './words.ts';

/** A rule in force, its lane, one of its keys, and what all of that looks like at one time. */
export class Sight {
  readonly live: RunningRule;
  readonly lane: Lane;
  readonly key: number;
  readonly at: Millis;
  readonly rule: Rule;
  readonly replica: Replica;
  private readonly texts: ReadonlyMap<number, string>;

  constructor(live: RunningRule, lane: Lane, key: number, at: Millis) {
    this.live = live;
    this.lane = lane;
    this.key = key;
    this.at = at;
    this.rule = live.compiled.rule;
    this.replica = replicate(live, key, at);
    this.texts = textsOf(this.rule);
  }

  /** Time of the newest reading; −Infinity before the first. */
  get newest(): Millis {
    return this.live.memory.clock[this.key * CLOCK + NEWEST] as number;
  }

  get isStale(): boolean {
    return this.rule.stale !== null && this.at - this.newest > this.rule.stale;
  }

  resolve(reference: FactReference): FactReference {
    return reference.fact === 'value' ? this.rule.value : reference;
  }

  fact(reference: FactReference): AskedFact {
    return askFact(this.replica, reference);
  }

  ask(reference: FactReference): unknown {
    return this.fact(reference).fact.ask(KEY);
  }

  /** A value as people see it: texts are held as numbers, and only those that the rule names are known. */
  shown(value: unknown): Shown {
    if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) return null;
    if (Array.isArray(value)) return value.map((one) => this.shown(one));
    if (typeof value === 'number') return isTextCode(value) ? (this.texts.get(value) ?? '…') : value;
    if (typeof value === 'string') return /^text -\d+$/.test(value) ? '…' : value;
    return typeof value === 'boolean' ? value : JSON.stringify(value);
  }

  /** When something of this event time is decided. */
  decided(at: Millis): Millis {
    const { buffer } = this.lane;
    return buffer === null ? at : buffer.releaseOf(at);
  }

  moment(at: Millis): ExplainedMoment {
    return { at: isoTime(at), decided: isoTime(this.decided(at)) };
  }

  clock(at: Millis): string {
    return clockText(at, this.at, this.live.memory.around.clock);
  }
}
