// Run by crash.acceptance.test.ts in a process of its own: commits for ever and says on standard output what it believes is durable.
import { statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../dist/journal/open-journal.js';

const [directory, mode, checkpointBytes] = process.argv.slice(2);
const wal = join(directory, 'journal.db-wal');
const say = (line) => writeSync(1, `${line}\n`);
const walSize = () => statSync(wal, { throwIfNoEntry: false })?.size ?? 0;

const journal = await openJournal({
  directory,
  durability: mode === 'none' ? 'none' : 'full',
  limits: { checkpointBytes: Number(checkpointBytes) },
  emit: () => undefined,
}).catch((error) => {
  say(`refused ${error.code}`);
  process.exit(3);
});
say(`opened ${journal.nextOffset} ${process.pid}`);

function batch(offset) {
  const payload = new Uint8Array(200 + (offset % 7) * 300).fill(offset % 251);
  const order = {
    id: `wo_${offset}`,
    state: 'open',
    level: 'red',
    place: { street: null },
    assignments: [{ party: 'fire' }],
    alerts: [],
    attention: [],
    trail: [],
    openedAt: offset,
  };
  const delivery = {
    kind: 'delivery',
    id: `d_${offset}`,
    order: order.id,
    endpoint: { kind: 'mqtt' },
    body: '{}',
    state: 'waiting',
    attempts: 0,
    createdAt: offset,
    nextAt: offset,
  };
  const events = Array.from({ length: 1 + (offset % 5) }, () => ({ kind: 'message', gateway: 'gw', topic: 'city/gw/s', payload }));
  return { entry: { offset, at: offset, events }, rejections: [], alerts: [], orders: [order], receipts: [], deliveries: [delivery] };
}

let left = Number.POSITIVE_INFINITY;
for (; left > 0; left -= 1) {
  const offset = journal.nextOffset;
  // Before the commit is under way: the worker may be quick.
  const before = walSize();
  const commit = journal.commit(batch(offset)).then(
    () => true,
    (error) => {
      left = Math.min(left, 4); // a few more tries: none of them may be acknowledged
      say(`failed ${error.code}`);
      return false;
    },
  );
  // The negative control answers before the disk has: the checker must find it out.
  if (mode === 'early') say(`acked ${offset} ${before}`);
  if ((await commit) && mode !== 'early') say(`acked ${offset} ${walSize()}`);
}
process.exit(1);
