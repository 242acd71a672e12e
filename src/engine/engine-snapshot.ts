import type { Sensor } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import type { SavedFlapping } from './flapping.ts';
import type { SavedGateways } from './gateways.ts';
import type { SavedHearing } from './hearing.ts';
import type { SavedBuffer } from './reorder-buffer.ts';
import type { RuleBook } from './rule-book.ts';
import type { SavedMemory } from './rule-memory.ts';

interface SavedRule {
  readonly memory: SavedMemory;
  readonly flapping: SavedFlapping | null;
  readonly judged: readonly (readonly [number, Millis])[];
  readonly told: readonly (readonly (readonly [string, number])[])[];
}

interface SavedLane {
  readonly lateness: Millis;
  readonly buffer: SavedBuffer;
  readonly hearing: SavedHearing | null;
}

/** Everything that the engine remembers, as plain data and typed arrays; closures and what the city says are not in it. */
export interface SavedEngine {
  /** Registered sensors by name, others whole. */
  readonly sensors: readonly (string | Sensor)[];
  readonly heard: SavedHearing;
  readonly measures: readonly string[];
  readonly rules: readonly SavedRule[];
  readonly lanes: readonly SavedLane[];
  readonly gateways: SavedGateways;
  readonly notBefore: Millis;
}

export function saveEngine(book: RuleBook): SavedEngine {
  const { around } = book;
  return {
    sensors: around.sensors.map((sensor) => (around.registered.has(sensor.id) ? sensor.id : sensor)),
    measures: book.routes.measures,
    rules: book.rules.map((rule) => ({
      memory: rule.memory.save(),
      flapping: rule.flapping?.save() ?? null,
      judged: rule.saveJudged(),
      told: rule.saveTold(),
    })),
    lanes: book.lanes.flatMap(({ lateness, buffer, hearing }) =>
      buffer === null ? [] : [{ lateness, buffer: buffer.save(), hearing: hearing?.save(around.sensors.length) ?? null }],
    ),
    heard: around.heard.save(around.sensors.length),
    gateways: around.gateways.save(),
    notBefore: around.notBefore,
  };
}

/** The rules and the city that were in force must be in force again, and nothing else have been asked of the engine. */
export function restoreEngine(book: RuleBook, saved: SavedEngine): void {
  const { around, routes } = book;
  routes.restoreMeasures(saved.measures);
  for (const one of saved.sensors) {
    const sensor = typeof one === 'string' ? around.registered.get(one) : one;
    if (sensor !== undefined) routes.sensorIndex(sensor);
  }
  around.heard.restore(saved.heard);
  around.gateways.restore(saved.gateways);
  around.notBefore = saved.notBefore;
  const byId = new Map(book.rules.map((rule) => [rule.compiled.rule.id, rule]));
  for (const { memory, flapping, judged, told } of saved.rules) {
    const rule = byId.get(memory.rule);
    if (rule === undefined) continue;
    rule.memory.restore(memory);
    if (flapping !== null) rule.flapping?.restore(flapping);
    rule.restoreJudged(judged);
    rule.restoreTold(told);
    for (let m = 0; m < rule.memory.members; m += 1) routes.put(rule.memory.memberSensor[m] as number, rule, m);
  }
  for (const { lateness, buffer, hearing } of saved.lanes) {
    const lane = book.lanes.find((one) => one.lateness === lateness);
    lane?.buffer?.restore(buffer);
    if (hearing !== null) lane?.hearing?.restore(hearing);
  }
  book.rescheduleAll();
}
