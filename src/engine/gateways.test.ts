import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../model/time.ts';
import { Gateways } from './gateways.ts';

const S = 1_000;
const CADENCE: Millis = 15 * S;
const LATE: Millis = 10 * S;

const hear = (gateways: Gateways, sensor: number, at: Millis): number => gateways.hear(sensor, 'g', { cadence: CADENCE, at });

describe('a gateway', () => {
  it('that nobody hears for a minute is out, and hides its sensors until they could have spoken again', () => {
    const gateways = new Gateways();
    const gateway = hear(gateways, 0, 0);
    expect(gateways.downAt(gateway)).toBe(Number.POSITIVE_INFINITY);
    hear(gateways, 1, S);
    expect([60, 61].map((at) => gateways.isDown(gateway, at * S))).toEqual([false, true]);
    expect([60, 61].map((at) => gateways.hides(0, at * S, 300 * S))).toEqual([false, true]);
    hear(gateways, 1, 100 * S);
    expect(gateways.isDown(gateway, 100 * S)).toBe(false);
    for (let at = 100; at < 400; at += 20) {
      hear(gateways, 1, at * S);
      expect(gateways.hides(0, at * S, 300 * S)).toBe(true);
    }
    expect([399, 400].map((at) => gateways.hides(0, at * S, 300 * S))).toEqual([true, false]);
  });

  it('hides nothing of the time before it went out, also when that is asked after it came back', () => {
    const gateways = new Gateways();
    hear(gateways, 0, 0);
    hear(gateways, 1, 0);
    hear(gateways, 1, 65 * S);
    expect([59, 60].map((at) => gateways.hides(0, at * S, 300 * S))).toEqual([false, true]);
  });

  it('is not judged by a sensor for the time before that one spoke', () => {
    const gateways = new Gateways();
    const gateway = hear(gateways, 0, 0);
    hear(gateways, 1, 80 * S);
    expect(gateways.isDown(gateway, 80 * S)).toBe(false);
    expect(gateways.hides(0, 80 * S, 300 * S)).toBe(false);
  });

  it('G1 hides the same, in whatever order its words arrive, once they are all there', () => {
    const steps = fc.array(fc.record({ pause: fc.oneof(fc.nat(20 * S), fc.nat(90 * S)), sensor: fc.nat(3), delay: fc.nat(LATE) }), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (course) => {
        let at = 0;
        const words = course.map(({ pause, sensor, delay }) => ({ sensor, at: (at += pause + 1), arrives: at + delay }));
        const answers = (arrivals: readonly { readonly sensor: number; readonly at: Millis; readonly arrives: Millis }[]): string[] => {
          const gateways = new Gateways();
          // Known from the start: who is new is another matter.
          for (const sensor of [0, 1, 2, 3]) hear(gateways, sensor, 0);
          let told = 0;
          return Array.from({ length: Math.ceil(at / S) + 120 }, (_, second) => {
            for (; told < arrivals.length && (arrivals[told]?.arrives ?? 0) <= second * S; told += 1) {
              const { sensor, at: time } = arrivals[told] as (typeof arrivals)[number];
              hear(gateways, sensor, time);
            }
            const asked = second * S - LATE;
            return `${asked} ${[0, 300 * S].map((cadence) => gateways.hides(0, asked, cadence)).join()}`;
          });
        };
        const late = [...words].sort((a, b) => a.arrives - b.arrives);
        expect(answers(late)).toEqual(answers(words.map((word) => ({ ...word, arrives: word.at }))));
      }),
      { numRuns: 300 },
    );
  });

  it('restores to what it was', () => {
    const gateways = new Gateways();
    hear(gateways, 0, 0);
    hear(gateways, 1, 0);
    hear(gateways, 1, 100 * S);
    const again = new Gateways();
    again.restore(structuredClone(gateways.save()));
    expect(again.save()).toEqual(gateways.save());
    expect([59, 60, 100, 159].map((at) => again.hides(0, at * S, 30 * S))).toEqual([false, true, true, false]);
  });
});
