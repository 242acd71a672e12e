import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ABSENT, hasInfluxd } from '../../../history/influx/test-influx-server.ts';
import { ROOT } from '../server-process.ts';
import { faultsOf, runLossTrial } from './loss-trial.ts';
import { embeddedTrialStore, influxTrialStore } from './trial-store.ts';

/* The short form; `npm run test:history` is the long one, with a million readings. */
const READINGS = 12_000;
const TIMEOUT = 90_000;
const patience = 60_000;

const eager = { entry: join(ROOT, 'dist/app/acceptance/variant-server.js'), args: ['eager-history'] };

for (const [name, store, here] of [
  ['the embedded store', embeddedTrialStore, true],
  ['a real InfluxDB 1.6', influxTrialStore, hasInfluxd()],
] as const) {
  describe.skipIf(!here)(`history in ${name}, killed again and again under load${here ? '' : ` (${ABSENT})`}`, () => {
    const options = { store, readings: READINGS, patience, random: Math.random };

    it('has every reading that was acknowledged, and has it once', { timeout: TIMEOUT }, async () => {
      const result = await runLossTrial(options);
      expect(faultsOf(result)).toEqual([]);
      expect(result).toMatchObject({ sent: READINGS, stored: { points: READINGS, distinct: READINGS, values: READINGS } });
    });

    it('control: the same trial catches a cursor that is moved before the write', { timeout: TIMEOUT }, async () => {
      const result = await runLossTrial({ ...options, ...eager });
      expect(faultsOf(result)).toEqual([expect.stringMatching(/missing$/)]);
    });
  });
}
