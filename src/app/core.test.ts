import { deserialize, serialize } from 'node:v8';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SavedCore } from './core.ts';
import type { Definition } from './definition.ts';
import { coreOf, message, Player, rawMessage, realDefinition, receiptOf, START, turns, type Turn } from './test-rig.ts';

let definition: Definition;
let events: Definition;
beforeAll(async () => {
  [definition, events] = await Promise.all([realDefinition(), realDefinition('events')]);
});

const RUNS = { numRuns: 60 };

/** Stops after `cut` turns, goes through the bytes of a snapshot into another core, and goes on. */
function playWithRestart(script: readonly Turn[], cut: number, spoil: (saved: SavedCore) => SavedCore = (saved) => saved): Player {
  const player = new Player(coreOf(definition)).play(script.slice(0, cut));
  const saved = deserialize(serialize(player.core.save())) as SavedCore;
  player.core = coreOf(definition);
  player.core.restore(spoil(saved));
  return player.play(script.slice(cut));
}

function fire(player: Player): string {
  const outcome = player.enter(['smoke-iapm-01', 'smoke-iapm-02'].map((id) => message(id, { at: player.now, values: { smoke: 1 } })));
  return [...outcome.orders.keys()][0] as string;
}

describe('C1: the same entries give the same outcomes', () => {
  it('whatever comes in, two cores say the same, id by id', () => {
    const seen = { orders: 0, moved: 0, rejections: 0, closed: 0 };
    fc.assert(
      fc.property(turns, (script) => {
        const one = new Player(coreOf(definition)).play(script);
        const two = new Player(coreOf(definition)).play(script);
        expect(isDeepStrictEqual(one.outcomes, two.outcomes)).toBe(true);
        expect(isDeepStrictEqual(one.results, two.results)).toBe(true);
        expect(isDeepStrictEqual(one.core.save(), two.core.save())).toBe(true);
        for (const outcome of one.outcomes) {
          seen.orders += outcome.orders.size;
          seen.moved += outcome.receipts.length;
          seen.rejections += outcome.rejections.length;
          for (const order of outcome.orders.values()) if (order.state === 'closed') seen.closed += 1;
        }
      }),
      RUNS,
    );
    // Otherwise nothing was compared.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });

  it('saved and restored at any point, it goes on as if it had never stopped', () => {
    fc.assert(
      fc.property(turns, fc.nat(30), (script, cut) => {
        const never = new Player(coreOf(definition)).play(script);
        const once = playWithRestart(script, cut);
        expect(isDeepStrictEqual(once.outcomes, never.outcomes)).toBe(true);
        expect(isDeepStrictEqual(once.core.save(), never.core.save())).toBe(true);
      }),
      RUNS,
    );
  });

  it.each(['engine', 'registry', 'alerts', 'dispatch'] as const)('control: a snapshot that has forgotten its %s is caught', (part) => {
    const empty = coreOf(definition).save();
    const forgets = (saved: SavedCore): SavedCore => ({ ...saved, [part]: empty[part] });
    const result = fc.check(
      fc.property(turns, fc.nat(30), (script, cut) =>
        isDeepStrictEqual(playWithRestart(script, cut, forgets).core.save(), new Player(coreOf(definition)).play(script).core.save()),
      ),
      RUNS,
    );
    expect(result.failed).toBe(true);
  });
});

describe('C2: a message that makes the core fail is quarantined and harms no other', () => {
  it('within a batch, with its place in it', () => {
    const player = new Player(coreOf(definition));
    const { engine } = player.core;
    const observe = engine.observe.bind(engine);
    engine.observe = (observation, out) => {
      const count = observe(observation, out);
      if (observation.sensor.id === 'smoke-iapm-03') throw new Error('poison');
      return count;
    };
    const members = ['smoke-iapm-01', 'smoke-iapm-03', 'smoke-iapm-02'].map((sensor) => ({ sensor, at: START, values: { smoke: 1 } }));
    const outcome = player.enter([rawMessage('city/gw', JSON.stringify(members))]);
    expect(outcome.rejections.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['internal /1']);
    expect(outcome.rejections[0]?.detail).toContain('poison');
    expect(outcome.counts.readings).toBe(2);
    // What the engine had found before it failed is not lost: it would never say it again.
    expect([...outcome.alerts.values()].map((alert) => alert.subject.key)).toContain('sensor:smoke-iapm-03');
    expect([...outcome.orders.values()].map((order) => order.level)).toEqual(['red']);
  });

  it('as a receipt on MQTT', () => {
    const player = new Player(coreOf(definition));
    const order = fire(player);
    player.core.orders.receive = () => {
      throw new Error('poison');
    };
    const receipt = rawMessage(`orders/${order}/receipts`, JSON.stringify({ party: 'fire', state: 'accepted' }), '');
    const outcome = player.enter([receipt, message('pm25-hunan-01', { values: { pm25: 20 } })]);
    expect(outcome.rejections.map(({ code }) => code)).toEqual(['internal']);
    expect(outcome.counts.readings).toBe(1);
  });
});

describe('what the core makes of a message', () => {
  it('opens one order for two alarms at one place, with both rules among its alerts and all three parties told at once', () => {
    const player = new Player(coreOf(definition));
    fire(player);
    const [outcome] = player.outcomes;
    const [order] = [...(outcome?.orders.values() ?? [])];
    expect(outcome?.orders.size).toBe(1);
    expect(order?.alerts.map((alert) => alert.rule)).toContain('smoke-alarm-confirmed');
    const told = outcome?.messages.filter((one) => one.type === 'order.dispatched').map((one) => one.party);
    expect(told?.sort()).toEqual(['fire', 'police', 'street']);
  });

  it('never alerts on a test reading, and counts it', () => {
    const player = new Player(coreOf(definition));
    const outcome = player.enter(['smoke-iapm-01', 'smoke-iapm-02'].map((id) => message(id, { values: { smoke: 1 }, test: true })));
    expect(outcome.counts).toMatchObject({ tests: 2, readings: 0 });
    expect(outcome.alerts.size).toBe(0);
    expect(player.results[0]).toMatchObject({ kind: 'message', tests: 1, rejections: [] });
  });

  it('keeps a receipt that MQTT brought and that moves nothing where people can find it', () => {
    const player = new Player(coreOf(definition));
    const order = fire(player);
    const body = JSON.stringify({ party: 'gas', state: 'accepted' });
    const outcome = player.enter([rawMessage(`orders/${order}/receipts`, body, '')]);
    expect(outcome.rejections).toMatchObject([{ code: 'receipt-refused', topic: `orders/${order}/receipts` }]);
    expect(outcome.answers[0]?.outcome).toMatchObject({ kind: 'refused', code: 'party-unknown' });
    expect(Buffer.from(outcome.rejections[0]?.sample ?? []).toString()).toBe(body);
  });

  it('takes a receipt once, whoever repeats it, and lets two parties number theirs alike', () => {
    const player = new Player(coreOf(definition));
    const order = fire(player);
    const first = player.enter([{ kind: 'receipt', receipt: receiptOf(order, 'fire', 'accepted', { id: '1' }) }]);
    const again = player.enter([
      { kind: 'receipt', receipt: receiptOf(order, 'fire', 'accepted', { id: '1' }) },
      { kind: 'receipt', receipt: receiptOf(order, 'police', 'accepted', { id: '1' }) },
    ]);
    expect(first.receipts).toHaveLength(1);
    expect(again.receipts.map(({ party }) => party)).toEqual(['police']);
    expect(again.answers.map(({ outcome }) => outcome.kind)).toEqual(['repeated', 'moved']);
  });
});

describe('where the clock follows the data', () => {
  it('asks for no ticks, for nothing is due but by a reading', () => {
    const player = new Player(coreOf(events));
    player.enter([message('people-wukang-01', { at: '2015-01-01T00:00:00+08:00', values: { people: 2_900 } })]);
    expect(player.core.engine.nextAt()).toBeLessThan(START);
    expect(player.core.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('has a time for what comes before any reading', () => {
    const player = new Player(coreOf(events));
    const outcome = player.enter([rawMessage('city/gw/x', '{'), message('new-1', { values: { rain: 1 } })]);
    expect(outcome.rejections[0]?.at).toBe(START);
    expect(player.core.now).toBe(START);
  });

  it('lets the wall clock begin anywhere after a recording of the future', () => {
    const player = new Player(coreOf(events));
    player.enter([message('new-1', { at: START + 30 * 86_400_000, values: { rain: 1 } })]);
    expect(player.core.notBefore()).toBe(0);
    expect(new Player(coreOf(definition)).core.notBefore()).toBe(0);
  });

  it('makes drills of all orders', () => {
    const player = new Player(coreOf(events));
    fire(player);
    expect([...(player.outcomes[0]?.orders.values() ?? [])].map((order) => order.drill)).toEqual([true]);
  });
});
