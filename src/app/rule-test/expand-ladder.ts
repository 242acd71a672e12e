import { LEVELS, type Level } from '../../model/level.ts';
import { duration } from './duration.ts';
import { LadderCourse, showProbe } from './ladder-course.ts';
import { alertLeft, fallenAt, keptUp, neverReached, reachedAt } from './ladder-judges.ts';
import type { Ladder, Probe, Rung } from './rule-test-file.ts';
import { TRIAL_START, type Recording, type Said, type Trial } from './trial.ts';

/** How many readings a case goes on for after it is decided, so that what comes too late is seen as well. */
const AFTERWARDS = 3;

interface Step {
  readonly ladder: Ladder;
  readonly level: Level;
  readonly rung: Rung;
  readonly course: LadderCourse;
  readonly trial: (what: string, probe: Probe, rest: Happening) => Trial;
}

interface Happening {
  readonly says: readonly Said[];
  readonly until: number;
  readonly judge: (recording: Recording) => string[];
}

/**
 * Writes a ladder out into its cases, in rising order of level. `number` counts the ladders of a file from 1, and stands in the
 * names of all but the first.
 */
export function expandLadder(ladder: Ladder, number: number): Trial[] {
  return LEVELS.flatMap((level) => {
    const rung = ladder.levels[level];
    if (rung === undefined) return [];
    const step = { ladder, level, rung, course: new LadderCourse(ladder, rung), trial: naming(ladder, level, number) };
    return [...upwards(step), ...tooShort(step), ...downwards(step), ...silent(step)];
  });
}

function naming(ladder: Ladder, level: Level, number: number): Step['trial'] {
  return (what, probe, { says, until, judge }) => ({
    name: `${level}: ${what}${number === 1 ? '' : ` (ladder ${number})`}`,
    start: ladder.start === undefined ? TRIAL_START : Date.parse(ladder.start),
    says,
    receipts: [],
    resets: [],
    until,
    judge: (recording) => judge(recording).map((difference) => `${showProbe(probe, ladder.measure)}: ${difference}`),
  });
}

function upwards({ level, rung, course, trial }: Step): Trial[] {
  const end = course.raisedAt + AFTERWARDS * course.every;
  const probed = (probe: Probe, judge: Happening['judge']): Happening => ({ says: course.probing(probe, end), until: end + 1, judge });
  const never: Happening['judge'] = (recording) => neverReached(level, recording);
  const reached: Happening['judge'] = (recording) => reachedAt(level, course.raisedAt, recording);
  return [
    trial('just short', rung.safe, probed(rung.safe, never)),
    trial('at the threshold', rung.edge, probed(rung.edge, rung.edgeRaises === false ? never : reached)),
    trial('just beyond', rung.past, probed(rung.past, reached)),
  ];
}

/** The last moment at which the hold can be broken. */
function tooShort({ ladder, level, rung, course, trial }: Step): Trial[] {
  if (course.raisedAt === course.warm) return [];
  const broken = course.raisedAt - 1;
  const end = broken + AFTERWARDS * course.every;
  const says = [...course.probing(rung.past, broken - 1), ...course.series(rung.clear ?? ladder.rest, broken, end)];
  return [trial('held too short', rung.past, { says, until: end + 1, judge: (recording) => neverReached(level, recording) })];
}

function downwards({ ladder, level, rung, course, trial }: Step): Trial[] {
  const { next, every } = course;
  const cleared = duration(rung.cleared ?? '0s');
  const trials: Trial[] = [];
  const after = (probe: Probe, to: number, judge: Happening['judge']): Happening => ({
    says: [...course.raising(rung.past), ...course.series(probe, next, to)],
    until: to + 1,
    judge,
  });
  if (rung.clear !== undefined && typeof rung.cleared === 'string') {
    const judge: Happening['judge'] = (recording) => [
      ...fallenAt(level, next + cleared, recording),
      ...alertLeft(ladder.latched === true, recording),
    ];
    trials.push(trial('cleared', rung.clear, after(rung.clear, next + cleared + every, judge)));
  }
  if (rung.stay !== undefined) {
    const end = next + cleared + AFTERWARDS * every;
    trials.push(
      trial(
        'not yet clear',
        rung.stay,
        after(rung.stay, end, (recording) => keptUp(level, recording)),
      ),
    );
  }
  return trials;
}

function silent({ ladder, level, rung, course, trial }: Step): Trial[] {
  const { silence } = ladder;
  if (silence === undefined) return [];
  const ends = silence.ends === undefined ? null : course.lastProbe + duration(silence.ends);
  const judge: Happening['judge'] = (recording) =>
    ends === null ? keptUp(level, recording) : [...fallenAt(level, ends, recording), ...alertLeft(ladder.latched === true, recording)];
  const until = Math.max(course.lastProbe + duration(silence.for), ends ?? 0);
  return [trial('silent', rung.past, { says: course.raising(rung.past), until, judge })];
}
