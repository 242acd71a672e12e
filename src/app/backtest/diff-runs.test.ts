import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffRuns } from './diff-runs.ts';
import { alertAt, MINUTE, orderAt, runOf } from './test-runs.ts';

describe('what changes from one run to the other', () => {
  it('an alert that only the other run has is gained, one that only the first has is lost', () => {
    const { alerts } = diffRuns(runOf([alertAt(0), alertAt(200)]), runOf([alertAt(0), alertAt(500)]));
    expect(alerts).toMatchObject({ before: 2, after: 2, same: 1, moved: [], altered: [] });
    expect(alerts.gained.map(({ firedAt }) => firedAt)).toEqual([500 * MINUTE]);
    expect(alerts.lost.map(({ firedAt }) => firedAt)).toEqual([200 * MINUTE]);
  });

  it('an alert of the same key that fires a little earlier has moved by that much', () => {
    const { alerts } = diffRuns(runOf([alertAt(10)]), runOf([alertAt(8)]));
    expect(alerts.moved.map(({ by }) => by)).toEqual([-2 * MINUTE]);
    expect(alerts).toMatchObject({ same: 0, gained: [], lost: [] });
  });

  it('an alert far away in time has moved only when the other still lasted', () => {
    const long = alertAt(0, { resolvedAt: 400 * MINUTE });
    expect(diffRuns(runOf([long]), runOf([alertAt(300)])).alerts.moved).toHaveLength(1);
    expect(diffRuns(runOf([alertAt(0)]), runOf([alertAt(300)])).alerts).toMatchObject({ moved: [], same: 0 });
  });

  it('an alert that comes to another level, or ends at another time, is altered', () => {
    const changed = [alertAt(0, { peak: 'red' }), alertAt(100, { resolvedAt: null })];
    expect(diffRuns(runOf([alertAt(0), alertAt(100)]), runOf(changed)).alerts.altered).toHaveLength(2);
  });

  it('alerts of other rules and other keys are never taken for one another', () => {
    const { alerts } = diffRuns(runOf([alertAt(0), alertAt(0, { rule: 'smoke' })]), runOf([alertAt(0, { key: 'place:iapm' })]));
    expect(alerts).toMatchObject({ same: 0, moved: [] });
    expect([alerts.gained.length, alerts.lost.length]).toEqual([1, 2]);
  });

  it('an order that closes at another time is the same, one that goes to other parties is altered', () => {
    const closed = orderAt(0, { closedAt: 5 });
    expect(diffRuns(runOf([], [orderAt(0)]), runOf([], [closed])).orders.same).toBe(1);
    expect(diffRuns(runOf([], [orderAt(0)]), runOf([], [orderAt(0, { parties: ['fire'] })])).orders.altered).toHaveLength(1);
  });

  it('the load of a party is told for both, with its fullest hour', () => {
    const hour = (at: number, orders: number) => ({ party: 'police', hour: at * 60 * MINUTE, orders, messages: orders });
    const { hours, load } = diffRuns(runOf([], [], { load: [hour(0, 2), hour(1, 1)] }), runOf([], [], { load: [hour(0, 1), hour(2, 4)] }));
    expect(load).toEqual([{ party: 'police', before: 3, after: 5, mostBefore: 2, mostAfter: 4 }]);
    expect(hours.map(({ before, after }) => [before, after])).toEqual([
      [2, 1],
      [1, 0],
      [0, 4],
    ]);
  });

  it('where it was not recorded who was sent out, the load of before is unknown and not nothing', () => {
    const load = [{ party: 'police', hour: 0, orders: 1, messages: 1 }];
    expect(diffRuns(runOf([], [], { load: null }), runOf([], [], { load })).load[0]).toMatchObject({ before: null, after: 1 });
  });

  const someRun = fc
    .uniqueArray(fc.record({ minute: fc.nat(600), rule: fc.constantFrom('crowd', 'smoke'), lasts: fc.nat(90) }), {
      selector: ({ minute, rule }) => `${rule} ${minute}`,
      maxLength: 40,
    })
    .map((all) => runOf(all.map(({ lasts, minute, rule }) => alertAt(minute, { rule, resolvedAt: (minute + lasts) * MINUTE }))));

  it('D1 Every alert and order of both is in exactly one of: same, moved, altered, gained, lost.', () => {
    fc.assert(
      fc.property(someRun, someRun, (before, after) => {
        const { alerts } = diffRuns(before, after);
        const pairs = alerts.same + alerts.moved.length + alerts.altered.length;
        expect([pairs + alerts.lost.length, pairs + alerts.gained.length]).toEqual([before.alerts.length, after.alerts.length]);
        const told = [...alerts.lost, ...alerts.moved.map((one) => one.before), ...alerts.altered.map((one) => one.before)];
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
      }),
    );
  });

  it('D2 A run beside itself differs in nothing.', () => {
    fc.assert(
      fc.property(someRun, (run) => {
        const { alerts } = diffRuns(run, run);
        expect(alerts).toMatchObject({ same: run.alerts.length, gained: [], lost: [], moved: [], altered: [] });
      }),
    );
  });
});
