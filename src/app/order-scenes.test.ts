import { deserialize, serialize } from 'node:v8';
import { beforeAll, expect, test } from 'vitest';
import type { OrderDeed } from '../model/order-command.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { SavedCore } from './core.ts';
import type { Definition } from './definition.ts';
import { coreOf, message, Player, realDefinition, receiptOf } from './test-rig.ts';

const MINUTE = 60_000;
let definition: Definition;
beforeAll(async () => {
  definition = await realDefinition();
});

/** Two alarms at one place: a confirmed fire, red. */
function fire(): { readonly player: Player; readonly order: string } {
  const player = new Player(coreOf(definition));
  const outcome = player.enter(['smoke-iapm-01', 'smoke-iapm-02'].map((id) => message(id, { at: player.now, values: { smoke: 1 } })));
  return { player, order: [...outcome.orders.keys()][0] as string };
}

function restart(player: Player): void {
  const saved = deserialize(serialize(player.core.save())) as SavedCore;
  player.core = coreOf(definition);
  player.core.restore(saved);
}

function command(player: Player, order: string, deed: OrderDeed): void {
  const given = {
    kind: 'order-command',
    id: `c-${deed.do}`,
    order,
    deed,
    by: 'Li',
    reason: 'false alarm',
    at: null,
    door: 'http',
  } as const;
  player.enter([{ kind: 'command', command: given }]);
}

test('after a start a receipt that was on its way is in time, and who stays silent is late', () => {
  const { player, order } = fire();
  restart(player);
  player.now += 5 * MINUTE;
  player.enter([{ kind: 'started', settled: player.now + MINUTE }]);
  player.now += MINUTE / 2;
  player.enter([{ kind: 'receipt', receipt: receiptOf(order, 'fire', 'accepted') }]);
  expect(player.core.orders.get(order)?.attention).toEqual([]);
  restart(player);
  player.now += MINUTE;
  player.enter([{ kind: 'tick' }]);
  const attention = player.core.orders.get(order)?.attention;
  expect(attention).toContain('overdue:accept:police');
  expect(attention).not.toContain('overdue:accept:fire');
});

test('negative control: a tick that is no start lets the times run out', () => {
  const { player, order } = fire();
  player.now += 5 * MINUTE;
  player.enter([{ kind: 'tick' }]);
  expect(player.core.orders.get(order)?.attention).toContain('overdue:accept:fire');
});

test('cancelled while it burns: what is new there is told at the level of the worst that stands, over a restart too', () => {
  const { player, order } = fire();
  player.now += MINUTE;
  command(player, order, { do: 'cancel' });
  expect(player.results.at(-1)).toMatchObject({
    outcome: { kind: 'done', warning: { en: expect.stringContaining('smoke-alarm') as string } },
  });
  restart(player);
  player.now += MINUTE;
  const outcome = player.enter([message('smoke-iapm-03', { at: player.now, values: { smoke: 1 } })]);
  const [next] = [...outcome.orders.values()] as [WorkOrder];
  expect(next.id).not.toBe(order);
  const dispatched = outcome.messages.find(({ party, type }) => party === 'fire' && type === 'order.dispatched');
  expect((JSON.parse(dispatched?.body ?? '{}') as { data: { order: { level: string } } }).data.order.level).toBe('red');
  expect(next.alerts.map(({ rule }) => rule)).toContain('smoke-alarm-confirmed');
});
