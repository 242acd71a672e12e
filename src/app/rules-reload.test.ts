import { describe, expect, it } from 'vitest';
import type { ReloadOutcome } from '../api/ports.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { City } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleSet } from '../model/rule.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { EventResult } from './batch-outcome.ts';
import type { Configured } from './core.ts';
import { hashOf } from './definition.ts';
import { RulesReload } from './rules-reload.ts';

const setOf = (hash: string): RuleSet => ({ hash, rules: [] });
const hashFor = (set: RuleSet): string => hashOf(JSON.stringify(set));
const FIRST: Configured = { kind: 'configured', rules: hashFor(setOf('first')), city: 'c', settings: 's' };
const FAULT: Problem = { code: 'rule-json', file: 'fire/x.rule.json', pointer: '/levels', message: 'Write JSON.' };
const CITY = { id: 'c1' } as unknown as City;

/** A folder, a journal and a pipeline that do their work when they are told to, and note what they were asked. */
class Forced {
  readonly trace: string[] = [];
  readonly emitted: TelemetryEvent[] = [];
  readonly reads: { resolve: (found: RuleSet, problems?: readonly Problem[]) => void; reject: (error: Error) => void }[] = [];
  readonly submits: { resolve: (result: EventResult) => void; reject: (error: Error) => void }[] = [];
  stored: Error | null = null;
  now = 0;
  readonly reload = new RulesReload(FIRST, {
    read: (city) => {
      expect(city).toBe(CITY);
      this.trace.push('read');
      return new Promise((resolve, reject) => {
        this.reads.push({ resolve: (rules, problems = []) => resolve({ rules, problems }), reject });
      });
    },
    city: () => CITY,
    journal: {
      putDefinition: (hash, body) => {
        expect(hashOf(body)).toBe(hash);
        this.trace.push('put');
        return this.stored === null ? Promise.resolve() : Promise.reject(this.stored);
      },
    },
    submit: (event: LogEvent) => {
      this.trace.push(`submit ${event.kind === 'configured' ? event.rules : event.kind}`);
      return new Promise((resolve, reject) => this.submits.push({ resolve, reject }));
    },
    emit: (event) => void this.emitted.push(event),
    now: () => (this.now += 1),
  });

  async read(hash: string, problems: readonly Problem[] = []): Promise<void> {
    this.reads.shift()?.resolve(setOf(hash), problems);
    await turn();
  }

  async decide(problems: readonly Problem[] = []): Promise<void> {
    this.submits.shift()?.resolve({ kind: 'configured', problems });
    await turn();
  }

  /** All the way, without anything in between. */
  async whole(hash: string): Promise<ReloadOutcome> {
    const asked = this.reload.request();
    await this.read(hash);
    await this.decide();
    return asked;
  }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('R1: all files are right, or nothing changes', () => {
  it('takes a set that has no fault: stored, then one event, then in force', async () => {
    const forced = new Forced();
    const hash = hashFor(setOf('second'));
    const outcome = await forced.whole('second');
    expect(forced.trace).toEqual(['read', 'put', `submit ${hash}`]);
    expect(outcome).toEqual({ at: 1, result: 'changed', hash, rules: 0, problems: [] });
    expect(forced.reload.inForce).toEqual({ ...FIRST, rules: hash });
    expect(forced.reload.last).toBe(outcome);
    expect(forced.emitted).toEqual([{ name: 'pipeline.rules-reloaded', hash, rules: 0, milliseconds: 1 }]);
  });

  it('refuses a set with one fault: nothing is stored or submitted, and what is in force stays', async () => {
    const forced = new Forced();
    const asked = forced.reload.request();
    await forced.read('second', [FAULT]);
    expect(await asked).toEqual({ at: 1, result: 'refused', hash: FIRST.rules, rules: 0, problems: [FAULT] });
    expect(forced.trace).toEqual(['read']);
    expect(forced.reload.inForce).toBe(FIRST);
    expect(forced.reload.last?.result).toBe('refused');
    expect(forced.emitted).toEqual([{ name: 'pipeline.rules-refused', problems: 1, first: 'fire/x.rule.json:/levels Write JSON.' }]);
  });

  it('does nothing when the content is what is in force', async () => {
    const forced = new Forced();
    const asked = forced.reload.request();
    await forced.read('first');
    expect(await asked).toMatchObject({ result: 'unchanged', hash: FIRST.rules });
    expect(forced.trace).toEqual(['read']);
    expect(forced.emitted).toEqual([]);
    await forced.whole('second');
    forced.trace.length = 0;
    const again = forced.reload.request();
    await forced.read('second');
    expect(await again).toMatchObject({ result: 'unchanged', hash: forced.reload.inForce.rules });
    expect(forced.trace).toEqual(['read']);
  });

  it('names the rules that the engine left out', async () => {
    const forced = new Forced();
    const asked = forced.reload.request();
    await forced.read('second');
    await forced.decide([FAULT]);
    expect(await asked).toMatchObject({ result: 'changed', problems: [FAULT] });
  });

  it.each<[string, (forced: Forced) => void | Promise<void>]>([
    ['read', (forced) => forced.reads.shift()?.reject(new Error('EMFILE'))],
    [
      'stored',
      async (forced) => {
        forced.stored = new Error('EMFILE');
        await forced.read('second');
        forced.stored = null;
      },
    ],
  ])('what cannot be %s rejects, changes nothing, and the next request works', async (_, fail) => {
    const forced = new Forced();
    const asked = forced.reload.request();
    const refused = expect(asked).rejects.toThrow('EMFILE');
    await fail(forced);
    await refused;
    expect(forced.reload.inForce).toBe(FIRST);
    expect(forced.reload.last).toBeNull();
    expect(await forced.whole('second')).toMatchObject({ result: 'changed' });
  });
});

describe('R2: a change of rules is one event in the log', () => {
  it('is in force from the decision on, not from the commit: a snapshot in between is of the new rules', async () => {
    const forced = new Forced();
    const asked = forced.reload.request();
    expect(forced.reload.inForce).toBe(FIRST);
    await forced.read('second');
    expect(forced.submits).toHaveLength(1);
    expect(forced.reload.inForce).toEqual({ ...FIRST, rules: hashFor(setOf('second')) });
    expect(forced.reload.last).toBeNull();
    await forced.decide();
    await asked;
  });

  it('names city and settings as they were, whatever the number of changes', async () => {
    const forced = new Forced();
    for (const hash of ['second', 'third', 'first']) await forced.whole(hash);
    expect(forced.trace.filter((line) => line.startsWith('submit'))).toHaveLength(3);
    expect(forced.reload.inForce).toEqual(FIRST);
  });
});

describe('R3: requests that come while one is under way are one more', () => {
  it('whenever they come in it', async () => {
    const forced = new Forced();
    const first = forced.reload.request();
    const during = [forced.reload.request(), forced.reload.request()];
    await forced.read('second');
    during.push(forced.reload.request());
    expect(forced.trace.filter((line) => line === 'read')).toHaveLength(1);
    await forced.decide();
    expect(await first).toMatchObject({ result: 'changed' });
    during.push(forced.reload.request());
    await turn();
    expect(forced.trace.filter((line) => line === 'read')).toHaveLength(2);
    // What the last of them asks for came after the second reading began: that one is still to come.
    await forced.read('third');
    await forced.decide();
    const outcomes = await Promise.all(during.slice(0, 3));
    expect(new Set(outcomes).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ result: 'changed', hash: hashFor(setOf('third')) });
    await forced.read('third');
    expect(await during[3]).toMatchObject({ result: 'unchanged' });
    expect(forced.trace.filter((line) => line === 'read')).toHaveLength(3);
    expect(forced.reads).toHaveLength(0);
  });

  it('also after one that failed, whose error only those who asked for it hear', async () => {
    const forced = new Forced();
    const first = expect(forced.reload.request()).rejects.toThrow('gone');
    const second = forced.reload.request();
    forced.reads.shift()?.reject(new Error('gone'));
    await first;
    await turn();
    await forced.read('second');
    await forced.decide();
    expect(await second).toMatchObject({ result: 'changed' });
  });
});
