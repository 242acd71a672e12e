import { beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent } from '../../model/log-entry.ts';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import { createOutcome } from '../batch-outcome.ts';
import { Core, type Configured } from '../core.ts';
import { loadConfig } from '../../config/load-config.ts';
import { checkRules, loadDefinition } from '../load-definition.ts';
import { CHECKOUT } from '../test-rig.ts';
import { Baselines, untilDaily } from './baselines.ts';
import type { HistoryAnswer, HistoryQuestion } from './historian-protocol.ts';
import type { BaselinesAnswer } from './past-baselines.ts';

const NOW = Date.UTC(2026, 5, 10, 4);
const HOUR: Millis = 3_600_000;
const FOUND = { table: 't1', body: '{}', keys: 1, slots: 3 };

let core: Core;
let done: (string | LogEvent)[];
let events: TelemetryEvent[];
let asked: HistoryQuestion[];
let waiting: { ms: Millis; then: () => void } | null;
let answers: (() => Promise<BaselinesAnswer>)[];
let inForce: Configured;
let baselines: Baselines;

beforeEach(async () => {
  const config = loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT });
  const definition = await loadDefinition(config, 'wall');
  const { rules } = await checkRules(config.rulesDir, definition.city);
  core = new Core();
  core.configure(
    { ...definition, rules: { ...rules, rules: rules.rules.filter(({ id }) => id === 'fever-clinic-visits') } },
    createOutcome(),
  );
  [done, events, asked, answers, waiting] = [[], [], [], [], null];
  inForce = { kind: 'configured', rules: 'r', city: 'c', settings: 's' };
  baselines = new Baselines({
    core,
    journal: { putDefinition: (hash) => Promise.resolve(void done.push(hash)), definition: () => null },
    ask: async (question): Promise<HistoryAnswer> => {
      asked.push(question);
      const answer = answers.shift() ?? (() => Promise.resolve({ found: null, tooLarge: [] }));
      return { kind: 'baselines', answer: await answer() };
    },
    submit: (event) => Promise.resolve(void done.push(event)),
    inForce: () => inForce,
    dailyAt: 180,
    emit: (event) => void events.push(event),
    now: () => NOW,
    after: (ms, then) => {
      waiting = { ms, then };
      return () => {
        waiting = null;
      };
    },
  });
});

const says = (answer: Partial<BaselinesAnswer>) => () => Promise.resolve({ found: null, tooLarge: [], ...answer });
const fails = () => Promise.reject(new Refusal('history-unavailable', 'it is starting'));

describe('baselines are asked for', () => {
  it('B1 the table is in the journal before an event names it, and it is told', async () => {
    answers.push(says({ found: FOUND }));
    await baselines.refresh();
    expect(asked).toMatchObject([{ needs: [{ rule: 'fever-clinic-visits' }], inForce: null, at: NOW }]);
    expect(done).toEqual(['t1', { kind: 'baselined', table: 't1' }]);
    expect(events).toMatchObject([{ name: 'history.baselines-found', keys: 1, slots: 3 }]);
  });

  it('again at the hour of the day that is set, by the clock of the city', async () => {
    await baselines.refresh();
    expect(waiting?.ms).toBe(15 * HOUR);
    expect(events).toMatchObject([{ name: 'history.baselines-unchanged' }]);
    expect(untilDaily(Date.UTC(2026, 5, 9, 19), 180, 'Asia/Shanghai')).toBe(24 * HOUR);
    expect(untilDaily(Date.UTC(2026, 5, 9, 18), 180, 'Asia/Shanghai')).toBe(HOUR);
  });

  it('B2 history that cannot be asked is counted, told, and asked again after longer and longer pauses', async () => {
    answers.push(fails, fails, says({ found: FOUND }));
    await baselines.refresh();
    expect(waiting?.ms).toBe(5_000);
    await baselines.refresh();
    expect(waiting?.ms).toBe(10_000);
    expect(baselines.failures).toBe(2);
    expect(events).toMatchObject(Array(2).fill({ name: 'history.baselines-failed', code: 'history-unavailable' }));
    await baselines.refresh();
    expect(done).toHaveLength(2);
    expect(waiting?.ms).toBe(15 * HOUR);
  });

  it('B3 an answer for a city that is not in force any more is not put in force', async () => {
    answers.push(() => {
      inForce = { ...inForce, city: 'another' };
      return Promise.resolve({ found: FOUND, tooLarge: [] });
    });
    await baselines.refresh();
    expect(done).toEqual([]);
  });

  it('once more where rules change while it waits, and never after it was stopped', async () => {
    answers.push(
      () => {
        void baselines.refresh();
        return Promise.resolve({ found: null, tooLarge: [] });
      },
      () => {
        baselines.stop();
        return Promise.resolve({ found: FOUND, tooLarge: [] });
      },
    );
    await baselines.refresh();
    await expect.poll(() => asked.length).toBe(2);
    expect(done).toEqual([]);
  });

  it('and rules whose baselines are too many are named', async () => {
    answers.push(says({ tooLarge: ['metro-inflow'] }));
    await baselines.refresh();
    expect(events[0]).toEqual({ name: 'history.baselines-left-out', rules: ['metro-inflow'] });
  });
});
