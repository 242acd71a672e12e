import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { levelOf, ruleOf } from '../engine/test-rig.ts';
import type { Alert } from '../model/alert.ts';
import type { LogEntry } from '../model/log-entry.ts';
import type { OnChange, Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';
import { createOutcome } from './batch-outcome.ts';
import { Core, type Configured, type SavedCore } from './core.ts';
import type { Definition } from './definition.ts';
import { message, Player, realDefinition, START, turns, type Turn } from './test-rig.ts';

const MINUTE: Millis = 60_000;
let real: Definition;
beforeAll(async () => {
  real = await realDefinition();
});

/** Sets of rules by name, over one city: what a journal would find under their hashes. */
class Sets {
  private readonly sets = new Map<string, Definition>();
  readonly load = ({ rules }: Configured): Definition => this.sets.get(rules) as Definition;

  put(rules: readonly Rule[]): Configured {
    const name = `set-${this.sets.size}`;
    this.sets.set(name, { ...real, rules: { hash: name, rules } });
    return { kind: 'configured', rules: name, city: 'c', settings: 's' };
  }
}

/** A core over these rules, whose rules may change while it runs. */
class Live {
  readonly sets = new Sets();
  readonly player = new Player(new Core(this.sets.load));
  rules: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.reload(rules);
  }

  get core(): Core {
    return this.player.core;
  }

  reload(rules: readonly Rule[]): void {
    this.rules = rules;
    this.player.enter([this.sets.put(rules)]);
  }

  change(id: string, over: Partial<Rule>): void {
    this.reload(this.rules.map((rule) => (rule.id === id ? { ...rule, version: rule.version + 1, ...over } : rule)));
  }

  at(offset: Millis): this {
    this.player.now = START + offset;
    this.player.enter([{ kind: 'tick' }]);
    return this;
  }

  read(sensor: string, values: object, ago: Millis = 0): this {
    this.player.enter([message(sensor, { at: this.player.now - ago, values })]);
    return this;
  }

  /** Every alert that changed, in the order in which it was said: minute, state, version. */
  told(): string[] {
    return this.player.outcomes.flatMap(({ alerts }, i) =>
      [...alerts.values()].map(({ state, latched, version }) => {
        const minute = ((this.player.entries[i] as LogEntry).at - START) / MINUTE;
        return `${minute} ${state}${latched ? ' latched' : ''} v${version}`;
      }),
    );
  }

  alerts(): readonly Alert[] {
    return (this.core.save().alerts as { alerts: readonly Alert[] }).alerts;
  }

  orders(): WorkOrder[] {
    return [...new Map(this.player.outcomes.flatMap(({ orders }) => [...orders])).values()];
  }

  standing(rule: string): string[] {
    return [...this.core.engine.standings(rule)].map(({ level, value }) => `${level} ${value}`);
  }

  saved(rule: string): unknown {
    return this.core.save().engine.rules.find(({ memory }) => memory.rule === rule);
  }
}

const crowd = (over: Partial<Rule> = {}): Rule =>
  ruleOf({
    id: 'crowd',
    value: { fact: 'last', params: { of: 'people' } },
    levels: [levelOf('yellow', 100, { hold: 3 * MINUTE })],
    order: {
      kind: 'crowd',
      from: 'yellow',
      lead: 'police',
      support: ['street'],
      due: { accept: 300_000, arrive: 600_000, close: 3_600_000 },
    },
    ...over,
  });

const CHANGES = {
  title: { title: { zh: '新', en: 'New' } },
  lower: { levels: [levelOf('yellow', 90, { hold: 3 * MINUTE })] },
  'out of reach': { levels: [levelOf('yellow', 200, { hold: 3 * MINUTE })] },
  'longer hold': { levels: [levelOf('yellow', 100, { hold: 5 * MINUTE })] },
} satisfies Record<string, Partial<Rule>>;

type Story = readonly [change: keyof typeof CHANGES, onChange: OnChange, told: string];

/** 150 people at every minute of `minutes`; the file changes at `at`; then time passes. */
function story(onChange: OnChange, change: keyof typeof CHANGES, minutes: readonly number[], at: number): Live {
  const live = new Live([crowd({ onChange })]);
  for (const minute of minutes) {
    if (minute > at && live.player.now < START + at * MINUTE) live.at(at * MINUTE).change('crowd', CHANGES[change]);
    live.at(minute * MINUTE).read('people-iapm-01', { people: 150 });
  }
  for (let minute = Math.ceil(at) + 1; minute <= 12; minute += 1) live.at(minute * MINUTE);
  return live;
}

describe('a rule that changes while its hold runs (since 0, last heard at 1, changed at 1.5, heard at 2)', () => {
  it.each<Story>([
    // The hold goes on from where it began.
    ['title', 'keep', '0 pending v1, 3 firing v2'],
    ['lower', 'keep', '0 pending v1, 3 firing v2'],
    ['out of reach', 'keep', '0 pending v1, 2 resolved v1'],
    ['longer hold', 'keep', '0 pending v1, 5 firing v2'],
    // It begins again with what was measured last.
    ['title', 'rebase', '0 pending v1, 4 firing v2'],
    ['lower', 'rebase', '0 pending v1, 4 firing v2'],
    ['out of reach', 'rebase', '0 pending v1, 1.5 resolved v1'],
    ['longer hold', 'rebase', '0 pending v1, 6 firing v2'],
    // It begins with what is measured next.
    ['title', 'reset', '0 pending v1, 1.5 resolved v1, 2 pending v2, 5 firing v2'],
    ['lower', 'reset', '0 pending v1, 1.5 resolved v1, 2 pending v2, 5 firing v2'],
    ['out of reach', 'reset', '0 pending v1, 1.5 resolved v1'],
    ['longer hold', 'reset', '0 pending v1, 1.5 resolved v1, 2 pending v2, 7 firing v2'],
  ])('%s, %s', (change, onChange, told) => {
    expect(story(onChange, change, [0, 1, 2], 1.5).told()).toEqual(told.split(', '));
  });
});

describe('a rule that changes while its alert fires (since 0, last heard at 3, changed at 4.5, heard at 5)', () => {
  it.each<Story>([
    ['title', 'keep', '0 pending v1, 3 firing v1'],
    ['lower', 'keep', '0 pending v1, 3 firing v1'],
    ['out of reach', 'keep', '0 pending v1, 3 firing v1, 5 resolved v1'],
    ['longer hold', 'keep', '0 pending v1, 3 firing v1'],
    ['title', 'rebase', '0 pending v1, 3 firing v1, 4.5 resolved v1, 4.5 pending v2, 6 firing v2'],
    ['lower', 'rebase', '0 pending v1, 3 firing v1, 4.5 resolved v1, 4.5 pending v2, 6 firing v2'],
    ['out of reach', 'rebase', '0 pending v1, 3 firing v1, 4.5 resolved v1'],
    ['longer hold', 'rebase', '0 pending v1, 3 firing v1, 4.5 resolved v1, 4.5 pending v2, 8 firing v2'],
    ['title', 'reset', '0 pending v1, 3 firing v1, 4.5 resolved v1, 5 pending v2, 8 firing v2'],
    ['lower', 'reset', '0 pending v1, 3 firing v1, 4.5 resolved v1, 5 pending v2, 8 firing v2'],
    ['out of reach', 'reset', '0 pending v1, 3 firing v1, 4.5 resolved v1'],
    ['longer hold', 'reset', '0 pending v1, 3 firing v1, 4.5 resolved v1, 5 pending v2, 10 firing v2'],
  ])('%s, %s', (change, onChange, told) => {
    expect(story(onChange, change, [0, 3, 5], 4.5).told()).toEqual(told.split(', '));
  });

  it('the order carries the version under which it fired, and no second one is made for a title', () => {
    const live = story('keep', 'title', [0, 3, 5], 4.5);
    expect(live.orders().map(({ alerts }) => alerts.map(({ version }) => version))).toEqual([[1]]);
    expect(story('keep', 'title', [0, 1, 2], 1.5).orders()[0]?.alerts).toMatchObject([{ rule: 'crowd', version: 2 }]);
  });

  it('a level that raised, under the new rule, says the new version', () => {
    const live = story('keep', 'title', [0, 3, 5], 4.5);
    live.change('crowd', { levels: [levelOf('yellow', 100, { hold: 3 * MINUTE }), levelOf('red', 140)] });
    live.at(13 * MINUTE);
    expect(live.alerts()).toMatchObject([{ state: 'firing', level: 'red', version: 3 }]);
    expect(live.orders()).toMatchObject([{ level: 'red', alerts: [{ version: 3 }] }]);
  });

  it('a level that is no more ends, and one that is named the same goes on under another number', () => {
    const levels = [levelOf('blue', 50), levelOf('yellow', 100), levelOf('red', 200)];
    const live = new Live([crowd({ levels })]);
    live.at(0).read('people-iapm-01', { people: 150 }).read('people-wukang-01', { people: 60 });
    live.change('crowd', { levels: [levelOf('yellow', 100), levelOf('red', 200)] });
    live.at(MINUTE);
    expect(live.standing('crowd')).toEqual(['yellow 150', 'null 60']);
    expect(live.told()).toEqual(['0 firing v1', '0 firing v1', '1 resolved v1']);
  });

  it('a level that flaps still flaps when another is put below it', () => {
    const flap = { raises: 3, within: 30 * MINUTE };
    const flaps = (levels: Rule['levels'], after: Rule['levels']): string[] => {
      const live = new Live([crowd({ flap, levels })]);
      for (let i = 0; i < 5; i += 1) live.at(i * MINUTE).read('people-iapm-01', { people: i % 2 === 0 ? 150 : 0 });
      live.change('crowd', { flap, levels: after });
      live.at(6 * MINUTE).read('people-iapm-01', { people: 0 });
      live.at(10 * MINUTE);
      return live.standing('crowd');
    };
    const one = [levelOf('yellow', 100)];
    expect(flaps(one, one)).toEqual(['yellow 0']);
    expect(flaps(one, [levelOf('blue', 120), ...one])).toEqual(['yellow 0']);
    expect(flaps([levelOf('blue', 120), ...one], one)).toEqual(['yellow 0']);
  });
});

describe('a rule that is gone, new, or back', () => {
  const other = crowd({ id: 'other', order: null });

  it('ends its alerts, and the alerts of others stand', () => {
    const live = new Live([crowd(), other]);
    live.at(0).read('people-iapm-01', { people: 150 });
    live.at(3 * MINUTE);
    live.at(4 * MINUTE).reload([other]);
    expect(live.alerts()).toMatchObject([{ rule: 'other', state: 'firing' }]);
    expect(live.told().at(-1)).toBe('4 resolved v1');
    expect(live.orders()[0]?.alerts).toMatchObject([{ rule: 'crowd', resolvedAt: START + 4 * MINUTE }]);
  });

  it('leaves a latched alert to be reset by a person', () => {
    const live = new Live([crowd({ latch: true }), other]);
    live.at(0).read('people-iapm-01', { people: 150 });
    live.at(3 * MINUTE).reload([other]);
    const [latched] = live.alerts().filter(({ rule }) => rule === 'crowd');
    expect(latched).toMatchObject({ state: 'firing', latched: true });
    live.player.enter([{ kind: 'reset', alert: latched?.id ?? '', by: 'tester', note: null }]);
    expect(live.alerts().map(({ rule }) => rule)).toEqual(['other']);
  });

  it('begins with the next reading', () => {
    const live = new Live([other]);
    live.at(0).read('people-iapm-01', { people: 150 });
    live.at(MINUTE).reload([crowd(), other]);
    expect(live.standing('crowd')).toEqual([]);
    live.at(2 * MINUTE).read('people-iapm-01', { people: 150 });
    live.at(5 * MINUTE);
    expect(live.alerts().map(({ rule, since }) => [rule, (since - START) / MINUTE])).toEqual([
      ['other', 0],
      ['crowd', 2],
    ]);
  });

  // Fails until the rows of a rule that is gone are forgotten with it.
  it('begins afresh when it comes back', () => {
    const live = new Live([crowd(), other]);
    live.at(0).read('people-iapm-01', { people: 150 }).read('people-wukang-01', { people: 20 });
    live.at(MINUTE).reload([other]);
    live.at(2 * MINUTE).reload([crowd(), other]);
    live.at(3 * MINUTE).read('people-iapm-01', { people: 150 });
    live.at(6 * MINUTE);
    expect(live.standing('crowd')).toEqual(['yellow 150']);
  });
});

describe('readings that wait in the reorder buffer at a reload', () => {
  const rain = (over: Partial<Rule> = {}): Rule =>
    ruleOf({
      id: 'rain',
      value: { fact: 'sum', params: { of: 'rain', window: '1h' } },
      levels: [levelOf('blue', 9)],
      lateness: 5 * MINUTE,
      ...over,
    });
  const other = crowd({ id: 'other' });

  it.each<[string, Partial<Rule>]>([
    ['another rule', {}],
    ['its title', { title: { zh: '新', en: 'New' } }],
    ['its title, judged anew', { title: { zh: '新', en: 'New' }, onChange: 'rebase' }],
    ['its threshold', { levels: [levelOf('blue', 8)] }],
    ['a shorter lateness', { lateness: MINUTE }],
    ['none', { lateness: 0 }],
    ['a longer lateness', { lateness: 10 * MINUTE }],
  ])('are counted once: %s', (_, change) => {
    const live = new Live([rain(), other]);
    live.at(0).read('rain-hunan-01', { rain: 1 });
    live.at(2 * MINUTE).read('rain-hunan-01', { rain: 2 });
    // Out of order, before and after.
    live.read('rain-hunan-01', { rain: 4 }, 1.5 * MINUTE);
    expect(live.standing('rain')).toEqual([]);
    if (Object.keys(change).length === 0) live.change('other', { title: { zh: '新', en: 'New' } });
    else live.change('rain', change);
    live.read('rain-hunan-01', { rain: 8 }, MINUTE);
    live.at(3 * MINUTE).read('rain-hunan-01', { rain: 16 });
    live.at(20 * MINUTE);
    expect(live.standing('rain')).toEqual(['blue 31']);
    expect(live.core.engine.save().lanes.flatMap(({ buffer }) => buffer.buckets)).toEqual([]);
  });

  it('control: a rule that begins afresh has lost them', () => {
    const live = new Live([rain({ onChange: 'reset' })]);
    live.at(0).read('rain-hunan-01', { rain: 1 });
    // Decided before the change: what still waits would be judged by the new rule.
    live.at(10 * MINUTE).change('rain', { onChange: 'reset', title: { zh: '新', en: 'New' } });
    live.at(13 * MINUTE).read('rain-hunan-01', { rain: 16 });
    live.at(30 * MINUTE);
    expect(live.standing('rain')).toEqual(['blue 16']);
  });
});

const changed = (rule: Rule): Rule => ({ ...rule, version: rule.version + 1, title: { zh: `${rule.title.zh}改`, en: rule.title.en } });

describe('over the real rules', () => {
  it('leaves the state of all that has not changed as it is: rules, registry, alerts, orders', () => {
    let keys = 0;
    fc.assert(
      fc.property(turns, fc.nat(6), (script, nth) => {
        const live = new Live(real.rules.rules);
        live.player.play(script);
        // Whatever waits has had its turn: a reload gives the rest theirs.
        live.at(live.player.now - START + 60 * MINUTE);
        const before = live.core.save();
        const ids = new Set(live.rules.filter((_, i) => i % 7 === nth).map(({ id }) => id));
        live.reload(live.rules.map((rule) => (ids.has(rule.id) ? changed(rule) : rule)));
        const after = live.core.save();
        expect(isDeepStrictEqual(after.registry, before.registry)).toBe(true);
        expect(isDeepStrictEqual(after.dispatch, before.dispatch)).toBe(true);
        expect(isDeepStrictEqual(after.alerts, before.alerts)).toBe(true);
        for (const [i, one] of before.engine.rules.entries()) {
          if (ids.has(one.memory.rule)) continue;
          // What those who ask for it were told last is noted anew.
          expect(isDeepStrictEqual({ ...after.engine.rules[i], told: [] }, { ...one, told: [] }), one.memory.rule).toBe(true);
          keys += one.memory.subjects.length;
        }
      }),
      { numRuns: 4 },
    );
    expect(keys).toBeGreaterThan(10);
  });

  /** A script with changes of rules in it: every few turns another part of the files changes, and from the sixth on some are gone. */
  function playWithReloads(script: readonly Turn[], cut = Number.POSITIVE_INFINITY): Live {
    const live = new Live(real.rules.rules);
    script.forEach((turn, i) => {
      if (i % 3 === 2) {
        const kept = real.rules.rules.filter((_, n) => i < 6 || n % 5 !== 4);
        live.reload(
          kept.map((rule, n) => ({
            ...changed(rule),
            version: n % 4 === i % 4 ? 100 + i : rule.version,
            onChange: POLICIES[(n + i) % 3] ?? 'keep',
          })),
        );
      }
      live.player.turn(turn);
      if (i === cut) restart(live);
    });
    return live;
  }

  function restart(live: Live): void {
    const saved = deserialize(serialize(live.core.save())) as SavedCore;
    const configured = live.player.entries.flatMap(({ events }) => events.filter((event) => event.kind === 'configured')).at(-1);
    const core = new Core(live.sets.load);
    core.configure(live.sets.load(configured as Configured), createOutcome());
    core.restore(saved);
    live.player.core = core;
  }

  it('R2: replay of the log, changes of rules and all, makes the same state and says the same', () => {
    let orders = 0;
    fc.assert(
      fc.property(turns, (script) => {
        const live = playWithReloads(script);
        const replayed = new Core(live.sets.load);
        live.player.entries.forEach((entry, i) => {
          const outcome = createOutcome();
          replayed.begin(entry.at, outcome, entry.events[0]?.kind);
          for (const event of entry.events) replayed.step(event, outcome);
          expect(isDeepStrictEqual(outcome, live.player.outcomes[i])).toBe(true);
          orders += outcome.orders.size;
        });
        expect(isDeepStrictEqual(replayed.save(), live.core.save())).toBe(true);
      }),
      { numRuns: 6 },
    );
    expect(orders).toBeGreaterThan(0);
  });

  it('R2: saved after any change and restored, it goes on as if it had never stopped', () => {
    fc.assert(
      fc.property(turns, fc.nat(30), (script, cut) => {
        const never = playWithReloads(script);
        const once = playWithReloads(script, cut % script.length);
        expect(once.told()).toEqual(never.told());
        expect(isDeepStrictEqual(once.core.save(), never.core.save())).toBe(true);
      }),
      { numRuns: 6 },
    );
  });
});

const POLICIES: readonly OnChange[] = ['keep', 'rebase', 'reset'];
