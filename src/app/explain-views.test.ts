import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../model/alert.ts';
import type { Definition } from './definition.ts';
import { explainViews } from './explain-views.ts';
import { coreOf, message, Player, realDefinition, START, turns } from './test-rig.ts';

let definition: Definition;
beforeAll(async () => {
  definition = await realDefinition();
});

/** Alerts as the journal keeps them: the last word of each. */
function viewsOf(player: Player, now = player.now) {
  const alerts = new Map<string, Alert>(player.outcomes.flatMap((outcome) => [...outcome.alerts]));
  const views = explainViews(
    player.core,
    (id) => alerts.get(id) ?? null,
    () => now,
  );
  return { ...views, alerts: [...alerts.values()] };
}

describe('whatever happens in the district', () => {
  it('every rule can be explained at every key, and nothing is changed by it', () => {
    let keys = 0;
    fc.assert(
      fc.property(turns, fc.nat(7_200_000), (script, later) => {
        const player = new Player(coreOf(definition)).play(script);
        // To look at a value lets windows go; that is not what is tried here.
        const standings = [...player.core.engine.standings()];
        const before = player.core.save();
        const { explainSign, explainAlert, alerts } = viewsOf(player, player.now + later);
        for (const { rule, subject, level, holding } of standings) {
          const found = explainSign(rule.id, subject.key)?.explanation;
          expect(found).toMatchObject({ exists: true, key: subject.key, standing: level, holding });
          expect(found?.summary.zh).not.toMatch(/undefined|NaN|Infinity|\[object/);
          expect(found?.summary.en).not.toMatch(/undefined|NaN|Infinity|\[object|nobody knows why/);
          keys += 1;
        }
        for (const { id, state } of alerts) expect(explainAlert(id)?.live === null).toBe(state === 'resolved');
        expect(isDeepStrictEqual(player.core.save(), before)).toBe(true);
      }),
      { numRuns: 8 },
    );
    expect(keys).toBeGreaterThan(100);
  });
});

describe('an alarm, from the first word to the reset', () => {
  const smoke = (player: Player, value: 0 | 1): void =>
    void player.enter(['smoke-iapm-01', 'smoke-iapm-02'].map((id) => message(id, { at: player.now, values: { smoke: value } })));

  it('stands, is latched, is over', () => {
    const player = new Player(coreOf(definition));
    smoke(player, 1);
    const sign = 'smoke-alarm-confirmed';
    const confirmed = (): Alert => viewsOf(player).alerts.find(({ rule }) => rule === sign) as Alert;
    const firing = viewsOf(player).explainAlert(confirmed().id);
    expect(firing?.live).toMatchObject({ exists: true, key: 'place:iapm', standing: 'red', value: { value: 2 } });
    expect(viewsOf(player).explainSign(sign, 'smoke-iapm-01')?.alert?.id).toBe(confirmed().id);
    expect(confirmed().latched).toBe(false);
    player.now += 3_600_000;
    smoke(player, 0);
    expect(viewsOf(player).explainAlert(confirmed().id)?.summary.en).toMatch(/stays until a person resets it/);
    expect(viewsOf(player).explainSign(sign, 'iapm')?.explanation).toMatchObject({ heldBy: [{ code: 'latched' }], standing: null });
    player.enter([{ kind: 'reset', alert: confirmed().id, by: '王', note: null }]);
    expect(viewsOf(player).explainAlert(confirmed().id)).toMatchObject({
      live: null,
      alert: { reset: { by: '王' } },
      summary: { en: expect.stringMatching(/^over after .*reset by 王/) },
    });
    expect(viewsOf(player).explainSign(sign, 'iapm')?.alert).toBeNull();
  });

  it('what was never heard could be made by its sensors; what does not exist is nobody', () => {
    const player = new Player(coreOf(definition));
    player.enter([]);
    const { explainSign, explainAlert } = viewsOf(player);
    expect(explainSign('smoke-alarm-confirmed', 'place:iapm')?.explanation).toMatchObject({ exists: false, why: { code: 'never-heard' } });
    expect(explainSign('none', 'iapm')).toBeNull();
    expect(explainAlert('al_none')).toBeNull();
  });

  it('the clock is the later of the two; where it follows the data, that of the data', async () => {
    const at = '2026-06-01T00:10:00.000Z';
    const asked = Date.parse(at);
    const wall = new Player(coreOf(definition));
    smoke(wall, 1);
    expect(viewsOf(wall, asked).explainSign('smoke-alarm', 'smoke-iapm-01')?.explanation.at).toBe(at);
    const events = new Player(coreOf(await realDefinition('events')));
    smoke(events, 1);
    expect(viewsOf(events, asked).explainSign('smoke-alarm', 'smoke-iapm-01')?.explanation.at).toBe(new Date(START).toISOString());
  });
});
