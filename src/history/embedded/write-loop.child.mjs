// Run by crash.acceptance.test.ts in a process of its own: writes for ever and says on standard output what it believes is durable.
import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../../dist/history/embedded/open-embedded-store.js';

const [directory, size] = process.argv.slice(2);
const DAY = 86_400_000;
const T0 = Date.UTC(2026, 5, 1);
const FOR_EVER = { raw: null, minute: null, hour: null, steps: null, bytes: null };
const say = (line) => writeSync(1, `${line}\n`);

const store = await openEmbeddedStore({ directory, checkpoint: '2MB' }).catch((error) => {
  say(`refused ${error.code}`);
  process.exit(3);
});
let offset = (await store.cursor())?.offset ?? 0;
say(`opened ${offset}`);

/** Batch n has `size` readings of value n; every third belongs to another day. */
function batch(n) {
  const at = T0 + (n % 3) * DAY + n * 1_000;
  const names = { place: 'p', street: null, gateway: `gw-${n}`, measure: 'm' };
  const readings = Array.from({ length: Number(size) }, (_, i) => {
    return {
      kind: 'reading',
      sensor: `s${i}`,
      ...names,
      at,
      nth: 0,
      receivedAt: T0 + n,
      order: i,
      value: n + Math.sin(i) / 4,
      test: false,
    };
  });
  const step = {
    kind: 'order',
    sort: 'fire',
    order: `wo_${n}`,
    state: 'open',
    level: 'red',
    parties: [],
    drill: false,
    place: null,
    street: null,
  };
  return [...readings, { ...step, at, nth: 0 }];
}

let left = Number.POSITIVE_INFINITY;
for (; left > 0; left -= 1) {
  try {
    // Sorting is under way while the batch waits: the kill may find either.
    const kept = offset % 5 === 0 ? store.keep(FOR_EVER, T0 + 9 * DAY) : null;
    await store.write(batch(offset), { offset: offset + 1, audit: offset });
    say(`acked ${offset}`);
    offset += 1;
    await kept;
  } catch (error) {
    left = Math.min(left, 3);
    say(`failed ${error.kind} ${error.message.split('\n')[0]}`);
  }
}
process.exit(1);
