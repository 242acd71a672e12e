import { defineConfig } from 'vitest/config';

/*
 * unit: pure or with real parts in this process, quick. acceptance: whole servers, killed and started again.
 * `npm test` runs both; `npx vitest run --project unit src/engine` runs what you work on.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.acceptance.test.ts'],
          testTimeout: 10_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'acceptance',
          include: ['src/**/*.acceptance.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // One at a time: they measure, and they start processes of their own.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
