// A vitest reporter that writes what `.ci/test.mjs` adds up: counts, and each skipped test with its reason.
import { writeFileSync } from 'node:fs';

export default class CountingReporter {
  counts = { passed: 0, failed: 0, skipped: [] };

  onTestCaseResult(testCase) {
    const { state, note } = testCase.result();
    if (state === 'passed') this.counts.passed += 1;
    else if (state === 'failed') this.counts.failed += 1;
    else this.counts.skipped.push({ name: testCase.fullName, reason: note ?? null });
  }

  onTestRunEnd(modules, unhandled) {
    // A file that could not be loaded has no tests to fail; nor has an error outside of them.
    for (const module of modules) if (module.state() === 'failed' && module.errors().length > 0) this.counts.failed += 1;
    this.counts.failed += unhandled.length;
    writeFileSync(process.env['MAIBO_TEST_COUNTS'], JSON.stringify(this.counts));
  }
}
