import { beforeAll, describe, expect, it } from 'vitest';
import type { Definition } from './definition.ts';
import { coreOf, message, Player, rawMessage, realDefinition } from './test-rig.ts';

let definition: Definition;
beforeAll(async () => {
  definition = await realDefinition();
});

/** A fire in Xujiahui: fire, police and the street office have an assignment each. */
function play(): { player: Player; order: string; street: string } {
  const player = new Player(coreOf(definition));
  const outcome = player.enter(['smoke-iapm-01', 'smoke-iapm-02'].map((id) => message(id, { at: player.now, values: { smoke: 1 } })));
  const order = [...outcome.orders.values()][0];
  return { player, order: order?.id as string, street: order?.place.street as string };
}

describe('a receipt by MQTT', () => {
  it.each([
    ['', { party: 'fire' }, true],
    ['fire', { party: 'fire' }, true],
    ['police', { party: 'fire' }, false],
    ['fir', { party: 'fire' }, false],
    ['gw-01', { party: 'fire' }, false],
    ['street', { party: 'street' }, true],
    ['street', { party: 'street', street: 'own' }, true],
    ['street/own', { party: 'street', street: 'own' }, true],
    ['street/own', { party: 'street' }, false],
    ['street/310104999', { party: 'street', street: 'own' }, false],
    ['street/own', { party: 'fire', street: 'own' }, false],
    ['street/own', { party: 'fire' }, false],
  ])('sent by "%s" as %j moves: %s', (sender, body, moves) => {
    const { player, order, street } = play();
    const said = { state: 'accepted', ...body, ...('street' in body ? { street } : {}) };
    const outcome = player.enter([rawMessage(`orders/${order}/receipts`, JSON.stringify(said), sender.replace('own', street))]);
    expect(outcome.receipts).toHaveLength(moves ? 1 : 0);
    expect(outcome.rejections.map(({ code, gateway }) => [code, gateway])).toEqual(
      moves ? [] : [['receipt-foreign', sender.replace('own', street)]],
    );
    expect(outcome.counts.rejections).toEqual(moves ? {} : { 'receipt-foreign': 1 });
  });
});
