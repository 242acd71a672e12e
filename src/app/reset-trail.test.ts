import { expect, it } from 'vitest';
import { coreOf, message, Player, realDefinition } from './test-rig.ts';

it('who reset an alert stands on the alert and in the trail of its order', async () => {
  const player = new Player(coreOf(await realDefinition()));
  const sensors = ['smoke-iapm-01', 'smoke-iapm-02'];
  const say = (smoke: number) => player.enter(sensors.map((id) => message(id, { at: player.now, values: { smoke } })));
  const opened = say(1);
  const order = [...opened.orders.keys()][0] as string;
  player.now += 60_000;
  const latched = [...say(0).alerts.values()].find((alert) => alert.latched);
  expect(latched?.incident).not.toBeNull();
  const outcome = player.enter([{ kind: 'reset', alert: latched?.id as string, by: '王队', note: '误报 false alarm' }]);
  const reset = { by: '王队', note: '误报 false alarm', at: player.core.now };
  expect(outcome.alerts.get(latched?.id as string)).toMatchObject({ state: 'resolved', latched: false, reset });
  expect(outcome.orders.get(order)?.trail.filter(({ what }) => what === 'alert.reset')).toEqual([
    {
      at: player.core.now,
      what: 'alert.reset',
      party: null,
      state: null,
      by: '王队',
      note: `${latched?.rule}@${latched?.subject.key}: 误报 false alarm`,
      door: 'http',
    },
  ]);
});
