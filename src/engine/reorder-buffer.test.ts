import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../model/time.ts';
import { HEARD, ReorderBuffer, type Outlet, type SavedBuffer } from './reorder-buffer.ts';

interface Held {
  readonly at: Millis;
  readonly sensor: number;
  readonly measure: number;
  readonly value: number;
}

const BEGIN = 1_780_000_000_000;
/** Sensors by name, which is not the order of their numbers. */
const NAMES = ['c', 'a', 'd', 'b'];
const byName = (a: number, b: number): number => ((NAMES[a] as string) < (NAMES[b] as string) ? -1 : 1);
const inOrder = (a: Held, b: Held): number =>
  a.at - b.at || (a.sensor === b.sensor ? 0 : byName(a.sensor, b.sensor)) || a.measure - b.measure || a.value - b.value;

function drain(buffer: ReorderBuffer, now: Millis): Held[] {
  const out: Held[] = [];
  buffer.release(now, outletTo({ each: (at, sensor, measure, value) => out.push({ at, sensor, measure, value }) }));
  return out;
}

function outletTo(over: Partial<Outlet>): Outlet {
  return { begin: () => undefined, heard: () => false, compare: byName, each: () => undefined, ...over };
}

const lateness = fc.constantFrom(1, 50, 1_000, 10_000, 3_600_000);
/** Late by a share of the lateness, after a pause that is a share of it; few moments, so that they are shared. */
const steps = fc.array(
  fc.record({
    pause: fc.constantFrom(0, 0, 0.001, 0.1, 0.5, 2),
    late: fc.constantFrom(0, 0, 0.001, 0.25, 0.5, 1),
    sensor: fc.nat(3),
    measure: fc.integer({ min: -2, max: 3 }),
    value: fc.nat(3),
    restart: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 80 },
);

describe('readings that wait', () => {
  it('O1 come out in order, each once, not before their time and soon after it, with restarts', () => {
    fc.assert(
      fc.property(lateness, steps, (wait, course) => {
        let buffer = new ReorderBuffer(wait);
        const told: Held[] = [];
        const out: Held[] = [];
        let now = BEGIN;
        const pass = (to: Millis): void => {
          for (let due = buffer.nextAt(); due <= to; due = buffer.nextAt()) {
            expect(drain(buffer, due - 1)).toEqual([]);
            const released = drain(buffer, due);
            expect(released.length).toBeGreaterThan(0);
            for (const { at } of released) {
              expect(due).toBeGreaterThanOrEqual(at + wait);
              expect(due).toBe(buffer.releaseOf(at));
              expect(due).toBeLessThanOrEqual(at + wait + buffer.width);
            }
            out.push(...released);
          }
        };
        for (const { pause, late, restart, ...rest } of course) {
          pass(now + Math.ceil(pause * wait));
          now += Math.ceil(pause * wait);
          const held = { ...rest, at: now - Math.floor(late * wait) };
          buffer.add(held.at, held.sensor, held.measure, held.value);
          told.push(held);
          if (!restart) continue;
          const saved = deserialize(serialize(buffer.save())) as SavedBuffer;
          buffer = new ReorderBuffer(wait);
          buffer.restore(saved);
        }
        pass(Number.MAX_SAFE_INTEGER);
        expect(out).toEqual([...told].sort(inOrder));
        expect(buffer.nextAt()).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 300 },
    );
  });

  it('O1 come out in order however rarely it is asked', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const buffer = new ReorderBuffer(1_000);
        const told = course.map(({ pause, late, sensor, measure, value }) => {
          return { at: BEGIN + Math.round(pause * 10_000 - late * 1_000), sensor, measure, value };
        });
        for (const { at, sensor, measure, value } of told) buffer.add(at, sensor, measure, value);
        expect(drain(buffer, Number.POSITIVE_INFINITY)).toEqual([...told].sort(inOrder));
      }),
      { numRuns: 300 },
    );
  });

  it('that come later than is waited for come out at once', () => {
    const buffer = new ReorderBuffer(1_000);
    buffer.add(BEGIN + 5_000, 0, 0, 1);
    expect(drain(buffer, BEGIN + 7_000)).toHaveLength(1);
    buffer.add(BEGIN, 0, 0, 2);
    buffer.add(BEGIN - 9_000, 0, 0, 3);
    expect(buffer.nextAt()).toBeLessThan(BEGIN + 7_000);
    expect(drain(buffer, BEGIN + 7_000).map(({ value }) => value)).toEqual([3, 2]);
  });
});

describe('who spoke', () => {
  const words = fc.array(fc.record({ at: fc.nat(2_000), sensor: fc.nat(3), measure: fc.option(fc.nat(3)) }), {
    minLength: 1,
    maxLength: 60,
  });

  /** All that comes out, bucket by bucket; who is told in what order within one does not matter. */
  function course(told: readonly { at: number; sensor: number; measure: number | null }[], ticks: boolean): string[] {
    const buffer = new ReorderBuffer(6_400);
    for (const { at, sensor, measure } of told) {
      if (measure === null) buffer.hear(BEGIN + at, sensor);
      else buffer.add(BEGIN + at, sensor, measure, 1);
    }
    const out: string[] = [];
    const heard: string[] = [];
    const outlet = outletTo({
      begin: (moment) => {
        expect((moment - BEGIN) % buffer.width).toBe(0);
        out.push(`${moment - BEGIN}`);
        heard.length = 0;
      },
      heard: (at, sensor) => {
        heard.push(`${at - BEGIN} ${sensor}`);
        // The even ones are waited for.
        return sensor % 2 === 0;
      },
      each: (at, sensor, measure) => {
        out.push(heard.splice(0).sort().join(), `${at - BEGIN} ${NAMES[sensor] ?? ''} ${measure}`);
      },
    });
    if (ticks) for (let due = buffer.nextAt(); Number.isFinite(due); due = buffer.nextAt()) buffer.release(due, outlet);
    buffer.release(Number.POSITIVE_INFINITY, outlet);
    return out;
  }

  it('O2 comes out bucket by bucket before what was measured, and whoever is waited for once more in turn', () => {
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.nat()), (told, chance) => {
        const seldom = course(told, false);
        expect(course(told, true)).toEqual(seldom);
        const order = told.map((word) => ({ word, by: chance.next().value }));
        order.sort((a, b) => a.by - b.by);
        expect(
          course(
            order.map(({ word }) => word),
            true,
          ),
        ).toEqual(seldom);
        const awaited = told.filter(({ measure, sensor }) => measure === null && sensor % 2 === 0);
        expect(seldom.filter((one) => one.endsWith(` ${HEARD}`))).toHaveLength(awaited.length);
      }),
      { numRuns: 200 },
    );
  });

  it('survives a restart', () => {
    const buffer = new ReorderBuffer(1_000);
    buffer.hear(BEGIN, 2);
    const again = new ReorderBuffer(1_000);
    again.restore(deserialize(serialize(buffer.save())) as SavedBuffer);
    const heard: number[] = [];
    again.release(Number.POSITIVE_INFINITY, outletTo({ heard: (_, sensor) => heard.push(sensor) > 5 }));
    expect(heard).toEqual([2]);
    expect(again.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });
});
