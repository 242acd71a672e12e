import type { Sensor } from '../../model/place.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';
import { subjectOf } from '../scope-key.ts';

/** What a person may have meant: the name of a key, and whether the rule has it. */
export interface FoundKey {
  /** Row of the key; −1 when the rule has none of this name. */
  readonly key: number;
  /** `null`: no key of this rule can be meant. */
  readonly name: string | null;
  /** A sensor that was named, whatever the rule makes of it. */
  readonly sensor: Sensor | null;
}

/**
 * Finds a key by its name, or by the id of a sensor, place, street or gateway: in a rule of places a sensor means its place.
 */
export function findKey(asked: string, rule: RunningRule, book: RuleBook): FoundKey {
  const { rule: definition } = rule.compiled;
  const { around } = book;
  const id = asked.replace(/^(sensor|place|street|district|gateway):/, '');
  const sensor = sensorOf(asked, book) ?? sensorOf(id.split('/')[0] as string, book);
  const place = around.places.get(id);
  const names = [asked, `${definition.scope}:${id}`];
  const meant = sensor === null ? null : (subjectOf(definition, sensor, around)?.key ?? null);
  if (meant !== null) names.push(meant);
  if (definition.scope === 'street' && place !== undefined) names.push(`street:${place.street}`);
  if (definition.scope === 'district') names.push(`district:${around.district}`);
  for (const name of names) {
    const key = rowOf(name, rule, book);
    if (key !== -1) return { key, name, sensor };
  }
  if (definition.split !== null) {
    const [only, ...more] = splitOf(names, rule);
    if (only !== undefined && more.length === 0) return { key: only, name: rule.memory.subject(only).key, sensor };
  }
  return { key: -1, name: meant ?? names.slice(2).at(-1) ?? nameable(id, asked, rule, book), sensor };
}

/** Keys of one thing that are split further. */
function splitOf(names: readonly string[], { memory }: RunningRule): number[] {
  const found: number[] = [];
  for (let key = 0; key < memory.keys; key += 1) {
    const name = memory.subject(key).key;
    if (names.some((one) => name.startsWith(`${one}/`))) found.push(key);
  }
  return found;
}

/** By the sensor where a key is one: to look through all names would be long. */
function rowOf(name: string, rule: RunningRule, book: RuleBook): number {
  const { memory, compiled } = rule;
  if (compiled.rule.scope !== 'sensor') return memory.findKey(name);
  const [id = ''] = name.replace(/^sensor:/, '').split('/');
  const index = book.routes.find(id);
  const member = index === -1 ? -1 : book.routes.rowOf(index, rule);
  const key = member === -1 ? -1 : (memory.memberKey[member] as number);
  return key !== -1 && memory.subject(key).key === name ? key : -1;
}

function sensorOf(id: string, { around, routes }: RuleBook): Sensor | null {
  const index = routes.find(id);
  return around.registered.get(id) ?? (index === -1 ? null : (around.sensors[index] ?? null));
}

/** A key that does not exist yet, of something that the city has. */
function nameable(id: string, asked: string, { compiled }: RunningRule, { around, city }: RuleBook): string | null {
  const { scope, split } = compiled.rule;
  const [bare = ''] = id.split('/');
  const known =
    (scope === 'place' && around.places.has(bare)) ||
    (scope === 'street' && city?.streets.some(({ code }) => code === bare) === true) ||
    (scope === 'gateway' && around.gateways.indexOf(bare) !== -1);
  if (!known) return null;
  return split === null || asked.includes('/') ? `${scope}:${id}` : `${scope}:${bare}`;
}
