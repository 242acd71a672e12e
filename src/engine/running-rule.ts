import type { Level } from '../model/level.ts';
import { levelRank } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { AskedRules } from './asked-rules.ts';
import { explainClear, explainRaise } from './because.ts';
import { isTextCode } from './cells/text-code.ts';
import type { CompiledLevel, CompiledRule } from './compiled-rule.ts';
import { TRUE } from './condition/compile-condition.ts';
import type { EngineCounts } from './engine-counts.ts';
import type { Feed } from './facts/fact-builder.ts';
import type { AskedSign } from './facts/asked-sign.ts';
import { areaOf, combineSign } from './facts/sign-fact.ts';
import { Flapping } from './flapping.ts';
import { breakHolds, nextDue, stepLevels } from './level-machine.ts';
import type { RuleMemory } from './rule-memory.ts';
import type { OtherSign } from './surroundings.ts';
import type { TimerQueue } from './timer-queue.ts';
import { CLOCK, DUE, NEWEST, TIME } from './key-clock.ts';

/** A rule that asks for this one, how, and what each area last came to. */
interface Dependent {
  readonly rule: RunningRule;
  readonly asked: AskedSign;
  readonly last: Map<string, number>;
}

/** A compiled rule in force: takes readings in, judges its keys, says what has changed. */
export class RunningRule implements OtherSign {
  readonly compiled: CompiledRule;
  readonly memory: RuleMemory;
  readonly flapping: Flapping | null;
  readonly dependents: Dependent[] = [];
  /** Its place among the rules in force; breaks ties between timers. */
  ordinal = -1;
  timers: TimerQueue | null = null;
  /** See `asked-rules.ts`. */
  rank = 0;
  asked: AskedRules | null = null;
  private readonly counts: EngineCounts;
  /** Last evaluation of each key, for rules with a pace. */
  private readonly judged = new Map<number, Millis>();

  constructor(compiled: CompiledRule, counts: EngineCounts) {
    this.compiled = compiled;
    this.memory = compiled.memory;
    this.counts = counts;
    this.flapping = compiled.rule.flap === null ? null : new Flapping(compiled.rule.flap, compiled.levels.length);
  }

  /** What is due before the reading is decided before it, so that order of arrival cannot hide a hold that had passed. */
  arrive(member: number, key: number, at: Millis, out: Verdict[]): void {
    const { memory, compiled } = this;
    while ((memory.clock[key * CLOCK + DUE] as number) < at) this.wake(key, out);
    this.asked?.flush(out);
    const newest = memory.clock[key * CLOCK + NEWEST] as number;
    const { lateness, stale } = compiled.rule;
    if (at < newest - lateness) this.counts.late += 1;
    if (stale !== null) {
      if (at - newest > stale) this.breakOff(key);
      if (memory.leftOutAt - newest > stale) memory.speak(key);
    }
    if (at > (memory.clock[key * CLOCK + TIME] as number)) memory.clock[key * CLOCK + TIME] = at;
    if (at > newest) memory.clock[key * CLOCK + NEWEST] = at;
    compiled.silence?.hear(member);
  }

  /** What happened in a gap longer than `stale` is not known: nothing has lasted through it. */
  private breakOff(key: number): void {
    const { memory, compiled } = this;
    if (memory.busy[key] === 1) breakHolds(compiled, key);
    for (const truth of compiled.truths) truth.breakOff(key);
  }

  /**
   * Most words of most sensors change nothing but when they were last heard. Then the key need not be evaluated: its next
   * look, which stands in the timers, may come early, but never late.
   */
  heardQuietly(member: number, key: number, at: Millis): boolean {
    const { memory } = this;
    if ((memory.clock[key * CLOCK + NEWEST] as number) === Number.NEGATIVE_INFINITY || at < (memory.clock[key * CLOCK + NEWEST] as number))
      return false;
    if (memory.standing[key] !== -1 || memory.holding[key] !== -1 || (memory.clock[key * CLOCK + DUE] as number) <= at) return false;
    if (this.compiled.silence?.hear(member) === true || this.dependents.length > 0) return false;
    memory.clock[key * CLOCK + NEWEST] = at;
    if (at > (memory.clock[key * CLOCK + TIME] as number)) memory.clock[key * CLOCK + TIME] = at;
    return true;
  }

  take(feed: Feed, member: number, at: Millis, value: number): void {
    const { within } = feed;
    // Negated, so that a text and what is no number fall out too.
    if (within !== null && !(value >= within[0] && value <= within[1])) {
      this.counts.implausible += 1;
      return;
    }
    feed.take(feed.by === 'key' ? (this.memory.memberKey[member] as number) : member, at, value, member);
  }

  /** A late value of a rule that speaks of newest values only is judged by itself: an alarm that comes late is still an alarm. */
  lookAtLate(key: number, late: { readonly measure: string; readonly at: Millis; readonly value: number }, out: Verdict[]): void {
    const { memory, compiled } = this;
    if (!compiled.instant || isTextCode(late.value)) return;
    const held = compiled.newest
      .filter(
        ({ measures, within, cells }) => measures.includes(late.measure) && believable(late.value, within) && late.at < cells.time(key),
      )
      .map(({ cells }) => ({ cells, at: cells.time(key), value: cells.value(key) }));
    if (held.length === 0) return;
    for (const { cells, at } of held) cells.put(key, at, late.value);
    memory.stamp += 1;
    let raised = memory.active[key] as number;
    compiled.levels.forEach((level, i) => {
      if (level.rule.hold !== 0 || level.when(key) !== TRUE || (raised & (1 << i)) !== 0) return;
      raised |= 1 << i;
      memory.trueSince[key * memory.levels + i] = late.at;
      memory.clearSince[key * memory.levels + i] = Number.NaN;
    });
    const rises = raised !== memory.active[key];
    if (rises) this.sayRaised(key, raised, out);
    for (const { cells, at, value } of held) cells.put(key, at, value);
    memory.stamp += 1;
    // Whoever asks for it hears of the level; the value is the newest one as before.
    if (rises && this.dependents.length > 0) this.tell(key, true);
  }

  /** Judges the key at the time that it has reached. */
  evaluate(key: number, out: Verdict[]): void {
    const { memory, compiled } = this;
    if (compiled.pace > 0 && this.tooSoon(key)) return;
    this.counts.evaluations += 1;
    memory.stamp += 1;
    if (memory.busy[key] === 0 && this.staysQuiet(key)) return;
    for (const note of compiled.notes) note(key);
    const was = memory.standing[key] as number;
    const changed = (memory.busy[key] === 1 || this.begins(key)) && stepLevels(compiled, key, this.flapping);
    if (changed) out.push(this.verdict(key, was));
    this.reschedule(key);
    if (this.dependents.length > 0) this.tell(key, changed);
  }

  /** At a key where nothing stands and nothing is held: does any level's condition hold now? */
  private begins(key: number): boolean {
    const { levels } = this.compiled;
    for (let i = 0; i < levels.length; i += 1) if ((levels[i] as CompiledLevel).when(key) === TRUE) return true;
    return false;
  }

  /** The clock has come to the key's `due`. */
  wake(key: number, out: Verdict[]): void {
    const { memory } = this;
    if ((memory.clock[key * CLOCK + DUE] as number) > (memory.clock[key * CLOCK + TIME] as number))
      memory.clock[key * CLOCK + TIME] = memory.clock[key * CLOCK + DUE] as number;
    this.judged.delete(key);
    this.evaluate(key, out);
  }

  /** Looks at the key because something that it asks for has changed elsewhere. */
  touch(key: number, at: Millis, out: Verdict[]): void {
    const { memory } = this;
    if ((memory.clock[key * CLOCK + TIME] as number) === Number.NEGATIVE_INFINITY) return;
    while ((memory.clock[key * CLOCK + DUE] as number) < at) this.wake(key, out);
    if (at > (memory.clock[key * CLOCK + TIME] as number)) memory.clock[key * CLOCK + TIME] = at;
    this.evaluate(key, out);
  }

  /** Its levels are forgotten and judged by what was measured. */
  judgeAnew(key: number, out: Verdict[]): void {
    const { memory } = this;
    memory.active[key] = 0;
    memory.busy[key] = 1;
    memory.trueSince.fill(Number.NaN, key * memory.levels, (key + 1) * memory.levels);
    memory.clearSince.fill(Number.NaN, key * memory.levels, (key + 1) * memory.levels);
    this.evaluate(key, out);
  }

  reschedule(key: number): void {
    const { memory, compiled } = this;
    memory.clock[key * CLOCK + DUE] = nextDue(compiled, key, { flapping: this.flapping, asked: this.dependents.length > 0 });
    this.timers?.schedule(this.ordinal, key);
  }

  /** Somebody begins to ask for it: what each key says now is what they hear. */
  beginTelling(): void {
    const { memory } = this;
    memory.stamp += 1;
    for (let key = 0; key < memory.keys; key += 1) memory.told[key] = this.compiled.number(key);
  }

  /** Ends whatever stands at the key, because its rule or its last sensor is gone. */
  end(key: number, at: Millis, out: Verdict[]): void {
    const { memory } = this;
    if (memory.standing[key] === -1 && memory.holding[key] === -1) return;
    const was = memory.standing[key] as number;
    memory.standing[key] = -1;
    memory.holding[key] = -1;
    memory.active[key] = 0;
    if (at > (memory.clock[key * CLOCK + TIME] as number)) memory.clock[key * CLOCK + TIME] = at;
    memory.stamp += 1;
    memory.speak(key);
    out.push(this.verdict(key, was));
  }

  value(key: number): number {
    this.memory.stamp += 1;
    return this.compiled.number(key);
  }

  level(key: number): number {
    return levelRank(this.levelAt(this.memory.standing[key] as number));
  }

  levelAt(index: number): Level | null {
    return this.compiled.levels[index]?.rule.level ?? null;
  }

  verdict(key: number, was: number): Verdict {
    const { memory, compiled } = this;
    const { rule, levels } = compiled;
    const standing = memory.standing[key] as number;
    const number = compiled.number(key);
    const value = Number.isNaN(number) ? null : number;
    const shown = Math.max(standing, memory.holding[key] as number);
    const at = memory.clock[key * CLOCK + TIME] as number;
    const since = shown === -1 ? at : (memory.trueSince[key * levels.length + shown] as number);
    // What is being held is told with its reason too; only what has ended is back to normal.
    const raised = levels[standing] ?? levels[memory.holding[key] as number];
    return {
      kind: 'verdict',
      rule,
      subject: memory.subject(key),
      level: this.levelAt(standing),
      was: this.levelAt(was),
      pending: this.levelAt(memory.holding[key] as number),
      at,
      since: Number.isNaN(since) ? at : since,
      value,
      because: raised === undefined ? explainClear(rule, value) : explainRaise(rule, raised.rule, value),
    };
  }

  saveJudged(): [number, Millis][] {
    return [...this.judged];
  }

  restoreJudged(judged: readonly (readonly [number, Millis])[]): void {
    this.judged.clear();
    for (const [key, at] of judged) this.judged.set(key, at);
  }

  saveTold(): [string, number][][] {
    return this.dependents.map(({ last }) => [...last]);
  }

  restoreTold(told: readonly (readonly (readonly [string, number])[])[]): void {
    told.forEach((areas, i) => {
      for (const [area, value] of areas) this.dependents[i]?.last.set(area, value);
    });
  }

  private sayRaised(key: number, active: number, out: Verdict[]): void {
    const { memory } = this;
    const was = memory.standing[key] as number;
    memory.active[key] = active;
    memory.busy[key] = 1;
    const standing = 31 - Math.clz32(active);
    if (standing === was) return;
    memory.standing[key] = standing;
    memory.holding[key] = -1;
    memory.speak(key);
    out.push(this.verdict(key, was));
  }

  /** True when the value has come to where the first level may begin; what is not known reaches nothing. */
  reaches(key: number): boolean {
    const { quick, number } = this.compiled;
    if (quick === null) return true;
    const value = number(key);
    return quick.rising ? value >= quick.bound : value <= quick.bound;
  }

  /** A key at which nothing stands, and whose value is short of every level, needs no further look. */
  private staysQuiet(key: number): boolean {
    if (this.compiled.quick === null || this.dependents.length > 0 || this.reaches(key)) return false;
    this.memory.clock[key * CLOCK + DUE] = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Between two looks at a key with a pace: it is looked at when the pace allows. */
  private tooSoon(key: number): boolean {
    const { memory, compiled } = this;
    const at = memory.clock[key * CLOCK + TIME] as number;
    const last = this.judged.get(key);
    if (last === undefined || at - last >= compiled.pace) {
      this.judged.set(key, at);
      return false;
    }
    if ((memory.clock[key * CLOCK + DUE] as number) > last + compiled.pace) {
      memory.clock[key * CLOCK + DUE] = last + compiled.pace;
      this.timers?.schedule(this.ordinal, key);
    }
    return true;
  }

  private tell(key: number, changed: boolean): void {
    const { memory } = this;
    const value = this.compiled.number(key);
    if (!changed && (value === memory.told[key] || (Number.isNaN(value) && Number.isNaN(memory.told[key])))) return;
    memory.told[key] = value;
    memory.speak(key);
    const subject = memory.subject(key);
    const at = memory.clock[key * CLOCK + TIME] as number;
    for (const { rule, asked, last } of this.dependents) {
      const area = areaOf(subject, asked.area, memory.around.district);
      const combined = combineSign(asked, this, memory.area(area).keys, at);
      // Most changes of one key are not what the area comes to.
      if (Object.is(combined, last.get(area))) continue;
      last.set(area, combined);
      for (const asking of rule.memory.area(area).keys) this.asked?.add(rule, asking, at);
    }
  }
}

/** What a measure cannot be is not believed, late or not. */
function believable(value: number, within: readonly [number, number] | null): boolean {
  return within === null || (value >= within[0] && value <= within[1]);
}
