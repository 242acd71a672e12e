import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRData } from './test-r-data.ts';

/** Where `r-cran-surveillance` of Debian has them; `.ci/run` unpacks the package elsewhere and says where. GPL-2: read here, kept nowhere. */
const FOLDER = process.env['MAIBO_OUTBREAK_SERIES'] ?? '/usr/lib/R/site-library/surveillance/data';

export const ABSENT =
  'absent: no r-cran-surveillance, so the detectors are not measured against labelled outbreaks: apt-get download it, dpkg -x it, set MAIBO_OUTBREAK_SERIES to its data folder';

const NAMES = 'h1_nrwrp k1 m1 m2 m3 m4 m5 n1 n2 q1_nrwh q2 s1 s2 s3'.split(' ');

/** Cases of each week, and whether there was an outbreak in it. */
export interface OutbreakSeries {
  readonly name: string;
  readonly cases: readonly number[];
  readonly outbreak: readonly boolean[];
}

/** For tests that need the real thing. Absent, they are skipped, or fail where everything is required. */
export function hasOutbreakSeries(): boolean {
  const found = NAMES.every((name) => existsSync(fileOf(name)));
  if (!found && process.env['MAIBO_TEST_REQUIRE'] === 'all') throw new Error(`MAIBO_TEST_REQUIRE=all, but ${ABSENT}`);
  return found;
}

/** 14 series of the Robert Koch Institute, of 209 weeks each. */
export function readOutbreakSeries(): OutbreakSeries[] {
  return NAMES.map((name) => {
    const series = readRData(readFileSync(fileOf(name)))[name] as {
      readonly observed: readonly number[];
      readonly state: readonly number[];
    };
    return { name, cases: series.observed, outbreak: series.state.map((state) => state === 1) };
  });
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}.RData`);
}
