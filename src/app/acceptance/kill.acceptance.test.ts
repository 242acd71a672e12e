import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKillTrial } from './kill-trial.ts';
import { isClean } from './ledger.ts';
import { ROOT } from './server-process.ts';

/*
 * The promise of the design, on the whole server, in its short form; `npm run test:crash` is the long one.
 * The worker and the entry are the compiled ones: `npm test` builds first.
 */
const worker = new URL('../../../dist/journal/commit-worker.js', import.meta.url);
const TIMEOUT = 120_000;

function straceIsHere(): boolean {
  return spawnSync('strace', ['-V']).error === undefined;
}

describe('the promise, on a real server', () => {
  it('survives kill -9 under load: nothing acknowledged is lost, nothing is done twice', { timeout: TIMEOUT }, async () => {
    const result = await runKillTrial({ kills: 3, rate: 500, life: [300, 900], fault: 'kill', worker, random: Math.random });
    expect(isClean(result), JSON.stringify({ ...result, starts: [] })).toBe(true);
    expect(result.acknowledged).toBeGreaterThan(100);
    expect(result.incidents).toBeGreaterThan(3);
    expect(result.badSignatures).toBe(0);
  });

  it('survives a power cut: what was not flushed was not acknowledged', { timeout: TIMEOUT }, async (context) => {
    if (!straceIsHere()) {
      if (process.env['MAIBO_TEST_REQUIRE'] === 'all') throw new Error('strace is missing: apt-get install strace');
      context.skip('strace is missing, so the flushes cannot be watched: apt-get install strace');
    }
    const result = await runKillTrial({ kills: 2, rate: 200, life: [500, 900], fault: 'power', worker, random: Math.random });
    expect(isClean(result), JSON.stringify({ ...result, starts: [] })).toBe(true);
    expect(result.acknowledged).toBeGreaterThan(50);
  });

  it('control: the same trial catches a server that acknowledges before the commit', { timeout: TIMEOUT }, async () => {
    const entry = join(ROOT, 'dist/app/acceptance/variant-server.js');
    const result = await runKillTrial({
      kills: 3,
      rate: 4_000,
      life: [300, 900],
      fault: 'kill',
      entry,
      args: ['early'],
      patience: 2_000,
      worker,
      random: Math.random,
    });
    expect(result.lostReadings.length).toBeGreaterThan(0);
  });
});
