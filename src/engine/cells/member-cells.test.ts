import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { CLOCK, TIME } from '../key-clock.ts';
import { RuleMemory } from '../rule-memory.ts';
import { Surroundings } from '../surroundings.ts';
import { ruleOf, sensorOf } from '../test-rig.ts';
import type { SavedCells } from './cells.ts';
import { ShareCells } from './share-cells.ts';
import { SilenceCells } from './silence-cells.ts';
import { BEGIN } from './test-store.ts';

const KEYS = 2;
const EACH = 4;
const CADENCES: readonly (Millis | null)[] = [10_000, 10_000, 30_000, null];
const MISSED = 3;

/** Two places with four sensors each; members in the order in which they are met. */
function memoryOfPlaces(): RuleMemory {
  const around = new Surroundings('c1', 'Asia/Shanghai', new Map());
  const memory = new RuleMemory(ruleOf({ scope: 'place' }), around);
  for (let m = 0; m < KEYS * EACH; m += 1) {
    const sensor = around.addSensor(sensorOf(`s${m}`, { cadence: CADENCES[m % EACH] ?? null }));
    const place = `p${m % KEYS}`;
    memory.join(sensor, { key: `place:${place}`, sensor: null, place, street: null });
  }
  return memory;
}

const again = (saved: SavedCells): SavedCells => deserialize(serialize(saved)) as SavedCells;
const keyOf = (member: number): number => member % KEYS;

const word = fc.record({
  member: fc.nat(KEYS * EACH - 1),
  value: fc.integer({ min: 0, max: 9 }),
  pause: fc.oneof(fc.nat(5_000), fc.nat(60_000)),
  late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60_000) }),
  restart: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const words = fc.array(word, { minLength: 1, maxLength: 80 });

describe('the share of members whose newest value matches', () => {
  it('S1 S2 is exact, with late values and restarts', () => {
    fc.assert(
      fc.property(words, (course) => {
        const memory = memoryOfPlaces();
        const make = (): ShareCells => new ShareCells(memory, (value) => value < 4);
        let cells = make();
        cells.grow(memory.members);
        const newest = new Map<number, { readonly at: Millis; readonly value: number }>();
        let now = BEGIN;
        for (const { member, value, pause, late, restart } of course) {
          now += pause;
          const at = now - late;
          cells.take(member, at, value);
          if (!(at < (newest.get(member)?.at ?? 0))) newest.set(member, { at, value });
          if (restart) {
            const saved = again(cells.save(memory.members));
            cells = make();
            cells.restore(saved);
            cells.grow(memory.members);
          }
          for (let key = 0; key < KEYS; key += 1) {
            const known = [...newest].filter(([one]) => keyOf(one) === key).map(([, one]) => one.value);
            const wanted = known.length === 0 ? Number.NaN : (known.filter((one) => one < 4).length / known.length) * 100;
            expect(cells.share(key)).toBe(wanted);
          }
        }
        const before = cells.share(0);
        cells.recount();
        expect(cells.share(0)).toBe(before);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the share of silent members', () => {
  it('S1 S2 is that of those whose last word is three cadences old, with late words and restarts', () => {
    fc.assert(
      fc.property(words, (course) => {
        const memory = memoryOfPlaces();
        const make = (): SilenceCells => new SilenceCells(memory);
        let cells = make();
        cells.grow(memory.members);
        const heard = new Map<number, Millis>();
        let now = BEGIN;
        const wanted = (key: number): number => {
          const judged = [...heard].filter(([one]) => keyOf(one) === key && memory.cadenceOf(one) !== null);
          const silent = judged.filter(([one, at]) => at + (memory.cadenceOf(one) as Millis) * MISSED <= now);
          return judged.length === 0 ? Number.NaN : (silent.length / judged.length) * 100;
        };
        for (const { member, pause, late, restart } of course) {
          now += pause;
          const key = keyOf(member);
          // The clock of a key passes before a word of it comes.
          memory.clock[key * CLOCK + TIME] = now;
          expect(cells.share(key, now)).toBe(wanted(key));
          const at = now - late;
          const isAwaited = memory.hearing.hear(memory.memberSensor[member] as number, at);
          const changes = cells.hear(member);
          // Whoever does not wait for a word must not need it.
          if (!isAwaited) expect(changes).toBe(false);
          heard.set(member, Math.max(heard.get(member) ?? 0, at));
          if (restart) {
            const saved = again(cells.save(memory.members));
            cells = make();
            cells.restore(saved);
            cells.grow(memory.members);
          }
          expect(cells.share(key, now)).toBe(wanted(key));
          const due = cells.dueOf(key);
          if (due > now) {
            const falls = [...heard].map(([one, time]) => time + (memory.cadenceOf(one) ?? Number.NaN) * MISSED);
            // It may come early, never late.
            expect(falls.filter((time, i) => keyOf([...heard.keys()][i] as number) === key && time > now && time < due)).toEqual([]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says nothing of members behind a gateway that is out', () => {
    const memory = memoryOfPlaces();
    const { gateways } = memory.around;
    const cells = new SilenceCells(memory);
    cells.grow(memory.members);
    for (let sensor = 0; sensor < 4; sensor += 1) {
      gateways.hear(sensor, 'g1', { cadence: 10_000, at: BEGIN });
      memory.hearing.hear(sensor, BEGIN);
      cells.hear(sensor);
    }
    const silentAt = (at: Millis): number => {
      memory.clock[TIME] = at;
      return cells.share(0, at);
    };
    expect(silentAt(BEGIN + 90_000)).toBe(0);
    gateways.hear(1, 'g1', { cadence: 10_000, at: BEGIN + 90_000 });
    // Back, but not yet for as long as the cadence of those that are missing.
    expect(silentAt(BEGIN + 95_000)).toBe(0);
    expect(silentAt(BEGIN + 130_000)).toBe(100);
  });
});
