import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConditionTrial } from './trial.ts';
import { WRONG_ANSWERS } from './wrong-answers.ts';

const CASES = Number(process.env['MAIBO_FUZZ_CASES'] ?? 20_000);
const SEED = 20_251_101;
/** No rule with one of these can be loaded. */
const ALWAYS_FAIL = /^(broken node|nothing|root nothing|root fact|value undefined|operator undefined)$/;

// json-rules-engine leaves promises behind, and to the test runner each is a fault.
const watchers = process.listeners('unhandledRejection');
beforeAll(() => void process.removeAllListeners('unhandledRejection'));
afterAll(() => {
  for (const watcher of watchers) process.on('unhandledRejection', watcher);
});

describe('conditions', () => {
  it(
    `are answered as json-rules-engine answers them, errors included, in ${CASES} questions that lead everywhere`,
    async () => {
      const { differences, constructs, verdicts, live } = await runConditionTrial({ cases: CASES, seed: SEED });
      expect(differences).toEqual([]);
      const common = [...constructs].filter(([, tally]) => tally.true + tally.false + tally.error > CASES / 100);
      expect(common.length).toBeGreaterThan(100);
      expect(common.filter(([name, tally]) => !ALWAYS_FAIL.test(name) && (tally.true === 0 || tally.false === 0))).toEqual([]);
      for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(CASES / 6);
      expect(live.decided).toBeGreaterThan(CASES / 3);
    },
    Math.max(60_000, CASES * 10),
  );

  it.each(Object.entries(WRONG_ANSWERS))(
    'if wrong in that %s are found out',
    async (_, answer) => {
      const { differences } = await runConditionTrial({ cases: 20_000, seed: SEED, answer });
      expect(differences).toHaveLength(1);
    },
    60_000,
  );
});
