import { readdirSync } from 'node:fs';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../model/problem.ts';
import { checkMapping, loadMapping } from './mapping.ts';

const GOOD = { gateway: 'gw', time: { column: 't', format: 'iso' }, sensor: { id: 's' }, values: [{ measure: 'rain', column: 'v' }] };

function refusalOf(value: unknown): Refusal {
  try {
    checkMapping(value, 'a.map.json');
  } catch (error) {
    return error as Refusal;
  }
  throw new Error('the mapping was accepted');
}

describe('a mapping file', () => {
  it('is accepted when it says time, sensor and values', () => {
    expect(checkMapping(GOOD, 'a.map.json')).toEqual(GOOD);
  });

  it.each([
    ['an unknown key', { ...GOOD, colour: 1 }, '', 'unknown key "colour"'],
    [
      'a format that does not exist',
      { ...GOOD, time: { column: 't', format: 'unix' } },
      '/time/format',
      'must be one of iso, epoch-ms, epoch-s, local',
    ],
    ['a local time without a zone', { ...GOOD, time: { column: 't', format: 'local' } }, '/time', "must have required property 'zone'"],
    [
      'a zone that nobody knows',
      { ...GOOD, time: { column: 't', format: 'local', zone: 'Mars/Olympus' } },
      '/time/zone',
      'neither an offset',
    ],
    ['a base that is no time', { ...GOOD, time: { base: 'noon', elapsed: 's', unit: 's' } }, '/time/base', 'no RFC 3339'],
    [
      'a base table with a bad time',
      { ...GOOD, time: { base: { column: 'c', table: { 'a/b': 'noon' } }, elapsed: 's', unit: 's' } },
      '/time/base/table/a~1b',
      'noon',
    ],
    ['merging without a table', { ...GOOD, order: 'by-sensor' }, '/order', 'needs sensor.table'],
    [
      'a factor on a boolean',
      { ...GOOD, values: [{ measure: 'm', column: 'v', to: 'boolean', factor: 2 }] },
      '/values/0',
      'neither factor nor offset',
    ],
    ['a gateway that is no topic level', { ...GOOD, gateway: 'a/b' }, '/gateway', 'pattern'],
  ])('with %s is refused at its pointer', (_name, value, pointer, message) => {
    const refusal = refusalOf(value);
    expect(refusal.code).toBe('mapping-invalid');
    expect(refusal.problems).toContainEqual(
      expect.objectContaining({ file: 'a.map.json', pointer, message: expect.stringContaining(message) as string }),
    );
  });

  it('that is absent or no JSON is refused in one sentence', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'maibo-')), 'bad.json');
    writeFileSync(file, '{');
    expect(() => loadMapping(file)).toThrow(/no JSON/);
    expect(() => loadMapping(`${file}.none`)).toThrow(/cannot be read/);
  });
});

describe('the mappings of fixtures/recordings', () => {
  const folder = fileURLToPath(new URL('../../../fixtures/recordings/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.map.json'));

  it('are eight or more', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  it.each(files)('%s is valid and credits its origin', (name) => {
    const mapping = loadMapping(join(folder, name));
    expect(mapping.credit).toBeTruthy();
    expect(mapping.title?.zh).toBeTruthy();
  });
});
