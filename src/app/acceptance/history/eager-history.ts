import { Feeder } from '../../../history/feeder.ts';

/*
 * Keeps history, and is wrong on purpose, to show that the trials would notice: it moves its cursor before the write, and
 * does not wait for the answer.
 */

/** How long after its cursor a batch is written: long enough for every kill to meet some. */
const TOO_LATE = 300;

const attempt = Feeder.prototype['attempt'];
Feeder.prototype['attempt'] = async function (points, claim) {
  await attempt.call(this, [], claim);
  if (points.length > 0) setTimeout(() => void attempt.call(this, points, this.cursor()), TOO_LATE);
  return null;
};

await import('../../history/history-process.ts');
