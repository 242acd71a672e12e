import { describe, expect, it } from 'vitest';
import { createRowMapper } from './map-row.ts';
import type { Mapping } from './mapping.ts';

const BASE: Mapping = {
  gateway: 'gw',
  time: { column: 't', format: 'iso' },
  sensor: { id: 's' },
  values: [{ measure: 'rain', column: 'v', missing: ['NA', ''] }],
};
const T = '2026-01-01T00:00:00Z';
const map = (change: Partial<Mapping>, row: Record<string, unknown>): unknown => createRowMapper({ ...BASE, ...change })(row);

describe('a row', () => {
  it('becomes a reading', () => {
    expect(map({}, { t: T, v: '3.5' })).toMatchObject({ kind: 'mapped', at: Date.parse(T), sensor: 's', values: { rain: 3.5 } });
  });

  it('with a sentinel that is not listed is published as it stands: the rules must refuse it', () => {
    expect(map({}, { t: T, v: '999990' })).toMatchObject({ values: { rain: 999_990 } });
  });

  it.each([
    ['NA', 'no-value'],
    ['', 'no-value'],
    ['0.260|0.267', 'value-unreadable'],
    ['0x10', 'value-unreadable'],
    ['Infinity', 'value-unreadable'],
    ['1e999', 'value-unreadable'],
  ])('with the value "%s" is left out as %s', (v, reason) => {
    expect(map({}, { t: T, v })).toEqual({ kind: 'skipped', reason });
  });

  it('keeps its good values when another is bad, and counts the bad one', () => {
    const values = [...BASE.values, { measure: 'level', column: 'w' }];
    expect(map({ values }, { t: T, v: '1', w: 'a|b' })).toMatchObject({ values: { rain: 1 }, unreadable: 1 });
    expect(map({ values }, { t: T, v: 'NA', w: '2' })).toMatchObject({ values: { level: 2 }, missing: 1 });
  });

  it('is left out when the filter does not match', () => {
    expect(map({ filter: { session: ['A', 'B'] } }, { t: T, v: '1', session: 'C' })).toEqual({ kind: 'skipped', reason: 'filtered' });
    expect(map({ filter: { session: ['A', 'B'] } }, { t: T, v: '1', session: 'B' })).toMatchObject({ kind: 'mapped' });
  });

  it('finds its sensor in the table, or is left out: on purpose or not, and the reason says which', () => {
    const table = { 'North gate': 'people-1' };
    expect(map({ sensor: { column: 'n', table } }, { t: T, v: '1', n: 'North gate' })).toMatchObject({ sensor: 'people-1' });
    expect(map({ sensor: { column: 'n', table } }, { t: T, v: '1', n: 'x' })).toEqual({ kind: 'skipped', reason: 'sensor-unmapped' });
    expect(map({ sensor: { column: 'n', table, skipOthers: true } }, { t: T, v: '1', n: 'x' })).toEqual({
      kind: 'skipped',
      reason: 'sensor-not-wanted',
    });
    expect(map({ sensor: { column: 'n', prefix: 'ea-' } }, { t: T, v: '1', n: 'E47907' })).toMatchObject({ sensor: 'ea-E47907' });
    expect(map({ sensor: { column: 'n', prefix: 'ea-' } }, { t: T, v: '1', n: 'a/b' })).toEqual({
      kind: 'skipped',
      reason: 'sensor-unmapped',
    });
    expect(map({ sensor: { column: 'n', table } }, { t: T, v: '1', n: 'constructor' })).toEqual({
      kind: 'skipped',
      reason: 'sensor-unmapped',
    });
  });

  it('is converted by factor and offset without binary dust', () => {
    expect(map({ values: [{ measure: 'rain', column: 'v', factor: 0.1, offset: 1 }] }, { t: T, v: '3' })).toMatchObject({
      values: { rain: 1.3 },
    });
  });

  it('is made a boolean by words, by 0 and 1, or by a threshold, strictly above', () => {
    const boolean = { values: [{ measure: 'smoke', column: 'v', to: 'boolean' as const }] };
    expect(map(boolean, { t: T, v: '1' })).toMatchObject({ values: { smoke: true } });
    expect(map(boolean, { t: T, v: 'No' })).toMatchObject({ values: { smoke: false } });
    expect(map(boolean, { t: T, v: '2' })).toEqual({ kind: 'skipped', reason: 'value-unreadable' });
    const threshold = { values: [{ measure: 'smoke', column: 'v', threshold: { above: 200 } }] };
    expect(map(threshold, { t: T, v: '200' })).toMatchObject({ values: { smoke: false } });
    expect(map(threshold, { t: T, v: '200.5' })).toMatchObject({ values: { smoke: true } });
  });

  it('takes a value only where its condition holds', () => {
    const values = [
      { measure: 'level', column: 'v', where: { unit: ['m', 'mAOD'] } },
      { measure: 'level', column: 'v', where: { unit: 'mm' }, factor: 0.001 },
    ];
    expect(map({ values }, { t: T, v: '1500', unit: 'mm' })).toMatchObject({ values: { level: 1.5 } });
    expect(map({ values }, { t: T, v: '1.5', unit: 'mAOD' })).toMatchObject({ values: { level: 1.5 } });
    expect(map({ values }, { t: T, v: '1.5', unit: 'ft' })).toEqual({ kind: 'skipped', reason: 'no-value' });
  });

  it('of NDJSON may hold numbers and booleans', () => {
    expect(map({}, { t: T, v: 2 })).toMatchObject({ values: { rain: 2 } });
    expect(map({}, { t: T, v: { deep: 1 } })).toEqual({ kind: 'skipped', reason: 'no-value' });
  });
});
