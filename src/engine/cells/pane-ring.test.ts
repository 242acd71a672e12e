import { expect, test } from 'vitest';
import { PaneRing } from './pane-ring.ts';

const WIDTH = 1_000;

function filled(): PaneRing {
  const ring = new PaneRing(64 * WIDTH, 1);
  ring.grow(3);
  for (let i = 0; i < 7; i += 1) {
    const row = i % 2 === 0 ? 0 : 2;
    const slot = ring.push(row, 1_780_000_000_000 + i * WIDTH);
    (ring.lanes[0] as Float64Array)[slot] = i;
  }
  ring.expire(0, 1_780_000_000_000, 0);
  return ring;
}

test('a snapshot from when each field of a row had a column of its own is read as it was', () => {
  const ring = filled();
  const { records, ...rest } = ring.save(3) as { records: Int32Array };
  const numbers = [...records];
  const column = (at: number): number[] => [0, 1, 2].map((row) => numbers[row * 6 + at] as number);
  const bases = new Float64Array(Int32Array.from(numbers).buffer);
  const old = {
    ...rest,
    base: Float64Array.from([0, 1, 2].map((row) => bases[row * 3] as number)),
    start: Int32Array.from(column(2)),
    capacity: Uint16Array.from(column(3)),
    head: Uint16Array.from(column(4)),
    sizes: Uint16Array.from(column(5)),
  };
  const restored = new PaneRing(64 * WIDTH, 1);
  restored.restore(old);
  for (const row of [0, 1, 2]) expect(restored.list(row)).toEqual(ring.list(row));
  expect(restored.list(0).map(({ lanes }) => lanes[0])).toEqual([2, 4, 6]);
  expect(restored.save(3)).toEqual(ring.save(3));
});

test('a row that grows keeps what the others have', () => {
  const ring = filled();
  const before = ring.list(2);
  ring.grow(1_000);
  for (let i = 0; i < 100; i += 1) ring.push(999, 1_780_000_000_000 + i * WIDTH);
  expect(ring.list(2)).toEqual(before);
  expect(ring.size(999)).toBe(100);
});
