import type { Problem } from '../../model/problem.ts';
import { parseDuration } from '../../model/time.ts';

/** Readings of one case; a month of minutes are 44,640. */
const READING_LIMIT = 200_000;

interface Timed {
  readonly cases?: readonly { readonly input: readonly { readonly every?: string; readonly from?: string; readonly to?: string }[] }[];
  readonly ladders?: readonly {
    readonly every: string;
    readonly warm?: string;
    readonly levels: Readonly<Record<string, { readonly after?: string; readonly cleared?: string | null }>>;
  }[];
}

/** A few words can ask for a million years of readings. Expects a file that its schema accepts. */
export function checkReadingCount(value: unknown, file: string): Problem[] {
  const { cases = [], ladders = [] } = value as Timed;
  const problems: Problem[] = [];
  const check = (readings: number, pointer: string): void => {
    if (readings <= READING_LIMIT) return;
    const message = `Use a longer "every" or a shorter time; a case has at most ${READING_LIMIT} readings.`;
    problems.push({ code: 'rule-test-too-long', file, pointer, message });
  };
  cases.forEach(({ input }, i) => {
    const series = input.map(({ every, from, to }) => (every === undefined ? 1 : (lengthOf(to) - lengthOf(from)) / lengthOf(every) + 1));
    check(
      series.reduce((sum, one) => sum + Math.max(0, one), 0),
      `/cases/${i}/input`,
    );
  });
  ladders.forEach(({ every, warm, levels }, i) => {
    const longest = Math.max(...Object.values(levels).map(({ after, cleared }) => lengthOf(after) + lengthOf(cleared)));
    check((lengthOf(warm) + longest) / lengthOf(every), `/ladders/${i}/every`);
  });
  return problems;
}

/** More digits than a number holds are longer than any limit. */
function lengthOf(text: string | null | undefined): number {
  return text === undefined || text === null ? 0 : (parseDuration(text) ?? Number.MAX_SAFE_INTEGER);
}
