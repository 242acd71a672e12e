import type { OutbreakSeries } from './test-outbreak-series.ts';

/** Whether a detector calls in this week; `first` is the first week that it can judge. */
export interface Detector {
  readonly first: number;
  readonly calls: (cases: readonly number[], week: number) => boolean;
}

const WEEKS_A_YEAR = 52;

/**
 * One line of the reference table: share of outbreak weeks called, share of other weeks not called, false calls in 52 weeks without
 * an outbreak, outbreaks found of those that lie wholly in the weeks judged, and the mean number of weeks to the first call.
 */
export function scoreLine({ first, calls }: Detector, all: readonly OutbreakSeries[]): string {
  const weeks = { hit: 0, missed: 0, false: 0, right: 0 };
  const delays: number[] = [];
  let outbreaks = 0;
  for (const { cases, outbreak } of all) {
    for (let week = first; week < cases.length; week += 1) {
      const called = calls(cases, week);
      weeks[outbreak[week] === true ? (called ? 'hit' : 'missed') : called ? 'false' : 'right'] += 1;
    }
    for (const [from, to] of runsOf(outbreak)) {
      if (from < first) continue;
      outbreaks += 1;
      for (let week = from; week < to; week += 1) {
        if (!calls(cases, week)) continue;
        delays.push(week - from);
        break;
      }
    }
  }
  const quiet = weeks.false + weeks.right;
  const sensitivity = (weeks.hit / (weeks.hit + weeks.missed)).toFixed(3);
  const specificity = (weeks.right / quiet).toFixed(3);
  const falseAYear = (weeks.false / (quiet / WEEKS_A_YEAR)).toFixed(2);
  const delay = (delays.reduce((sum, one) => sum + one, 0) / delays.length).toFixed(1);
  return `${sensitivity} ${specificity} ${falseAYear} ${delays.length} of ${outbreaks} ${delay}`;
}

function runsOf(outbreak: readonly boolean[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  outbreak.forEach((on, week) => {
    if (!on) return;
    const last = runs.at(-1);
    if (last?.[1] === week) last[1] = week + 1;
    else runs.push([week, week + 1]);
  });
  return runs;
}
