import { describe, expect, it } from 'vitest';
import type { TimeSpec } from './mapping.ts';
import { createTimeReader } from './read-time.ts';

const read = (spec: TimeSpec, ...rows: Record<string, unknown>[]): (string | null)[] => {
  const reader = createTimeReader(spec);
  return rows.map((row) => reader(row)).map((at) => (at === null ? null : new Date(at).toISOString()));
};

describe('the time of a row', () => {
  it('is read from RFC 3339, epoch milliseconds and epoch seconds', () => {
    expect(read({ column: 't', format: 'iso' }, { t: '2015-01-01T08:00:00+08:00' }, { t: '2015-01-01' })).toEqual([
      '2015-01-01T00:00:00.000Z',
      null,
    ]);
    expect(read({ column: 't', format: 'epoch-ms' }, { t: '1420070400000' }, { t: '' })).toEqual(['2015-01-01T00:00:00.000Z', null]);
    expect(read({ column: 't', format: 'epoch-s' }, { t: 1420070400.5 })).toEqual(['2015-01-01T00:00:00.500Z']);
  });

  it('is read from columns in a zone; an hour that is no number makes it unreadable', () => {
    const spec: TimeSpec = { columns: { year: 'y', month: 'm', day: 'd', hour: 'h' }, zone: '+08:00' };
    expect(
      read(spec, { y: '2013', m: '9', d: '13', h: '16' }, { y: '2013', m: '9', d: '13', h: 'x' }, { y: '2013', m: '2', d: '30', h: '0' }),
    ).toEqual(['2013-09-13T08:00:00.000Z', null, null]);
  });

  it('is read as local time in a zone with summer time: the skipped hour is unreadable, of the doubled hour the first is meant', () => {
    const spec: TimeSpec = { column: 't', format: 'local', zone: 'America/Chicago' };
    expect(read(spec, { t: '2015-08-31 18:22:00' }, { t: '2015-12-31 18:22:00' })).toEqual([
      '2015-08-31T23:22:00.000Z',
      '2016-01-01T00:22:00.000Z',
    ]);
    expect(read(spec, { t: '2015-03-08 02:30:00' }, { t: '2015-03-08 03:30:00' })).toEqual([null, '2015-03-08T08:30:00.000Z']);
    expect(read(spec, { t: '2015-11-01 01:30:00' }, { t: '2015-11-01 02:30:00' })).toEqual([
      '2015-11-01T06:30:00.000Z',
      '2015-11-01T08:30:00.000Z',
    ]);
  });

  it('is read from the compact form and with a fraction', () => {
    expect(
      read({ column: 't', format: 'local', zone: 'Asia/Shanghai' }, { t: '20260118_201221' }, { t: '2026-01-18T20:12:21.25' }),
    ).toEqual(['2026-01-18T12:12:21.000Z', '2026-01-18T12:12:21.250Z']);
  });

  it('is counted from a base: from zero, from a table, or from the first row of each base', () => {
    expect(read({ base: '2026-01-01T00:00:00Z', elapsed: 's', unit: 's' }, { s: '1.5' })).toEqual(['2026-01-01T00:00:01.500Z']);
    const table: TimeSpec = { base: { column: 'c', table: { A: '2026-01-01T00:00:00Z' } }, elapsed: 's', unit: 's' };
    expect(read(table, { c: 'A', s: '2' }, { c: 'B', s: '2' })).toEqual(['2026-01-01T00:00:02.000Z', null]);
    const clock: TimeSpec = { base: { column: 'b', format: 'local', zone: '+00:00' }, elapsed: 'ms', unit: 'ms', from: 'first' };
    expect(
      read(clock, { b: '20260101_000000', ms: '500' }, { b: '20260101_000000', ms: '600' }, { b: '20260101_000012', ms: '12500' }),
    ).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.100Z', '2026-01-01T00:00:12.000Z']);
  });
});
