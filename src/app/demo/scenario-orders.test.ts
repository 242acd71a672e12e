import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCity } from '../../config/city-folder.ts';
import { createOutcome } from '../batch-outcome.ts';
import { Core } from '../core.ts';
import { checkRules } from '../load-definition.ts';
import { bodyOf, topicOf } from './publisher.ts';
import { createScenario } from './scenario.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

interface Told {
  readonly order: string;
  readonly what: string;
  readonly parties: string[];
}

/** Plays a day through the real core, rules and city, without any answer from the parties. */
async function decide(seed: number): Promise<{ told: Told[]; rejected: number; drills: boolean }> {
  const city = await readCity(folder('fixtures/xuhui'));
  const { rules, problems } = await checkRules(folder('rules'), city);
  expect(problems).toEqual([]);
  const core = new Core();
  core.configure({ city, rules, settings: { clock: 'events', maxAhead: 300_000, maxJump: 2_678_400_000, codecs: {} } }, createOutcome());
  const told: Told[] = [];
  let rejected = 0;
  let drills = true;
  for (const entry of createScenario(city, seed).timeline()) {
    if (entry.kind !== 'message') continue;
    const outcome = createOutcome();
    core.step({ kind: 'message', gateway: entry.gateway, topic: topicOf(entry), payload: Buffer.from(bodyOf(entry)) }, outcome);
    rejected += outcome.rejections.length;
    for (const { order: id, type, party, at } of outcome.messages) {
      if (type === 'order.updated') continue;
      const order = outcome.orders.get(id);
      drills &&= order?.drill === true;
      const what = `${new Date(at + 8 * 3_600_000).toISOString().slice(11, 16)} ${type.slice(6)} ${order?.level}`;
      const last = told.at(-1);
      if (last?.order === `${order?.sort} ${order?.place.id}` && last.what === what) last.parties.push(party);
      else told.push({ order: `${order?.sort} ${order?.place.id}`, what, parties: [party] });
    }
  }
  return { told, rejected, drills };
}

describe('the scripted day, decided by the real rules', () => {
  // A day of 150 sensors through the 74 rules.
  it.each([1, 20_130_913])(
    'opens the orders of its scenes and no other (seed %i), all of them drills',
    { timeout: 90_000 },
    async (seed) => {
      const { told, rejected, drills } = await decide(seed);
      expect(rejected).toBe(0);
      expect(drills).toBe(true);
      const brief = told.map(({ order, what, parties }) => ({ order, what: what.slice(6), parties: parties.join(' ') }));
      expect(brief).toEqual([
        { order: 'fire changqiao-yicun', what: 'dispatched orange', parties: 'fire police street' },
        { order: 'air 310104014', what: 'dispatched orange', parties: 'environment' },
        { order: 'air 310104014', what: 'escalated red', parties: 'environment' },
        { order: 'flood 310104014', what: 'dispatched yellow', parties: 'ops water street' },
        { order: 'underpass hongmei-underpass', what: 'dispatched orange', parties: 'traffic-police water street' },
        { order: 'underpass hongmei-underpass', what: 'escalated red', parties: 'traffic-police water street' },
        { order: 'crowd wukang-building', what: 'dispatched orange', parties: 'police street' },
        { order: 'crowd wukang-building', what: 'escalated red', parties: 'police street' },
        { order: 'fire iapm', what: 'dispatched orange', parties: 'fire police street' },
        { order: 'fire iapm', what: 'escalated red', parties: 'fire police street' },
      ]);
      expect(told[0]?.what.slice(0, 5)).toBe('06:50');
      expect(told.at(-1)?.what.slice(0, 5)).toBe('21:11');
    },
  );
});
