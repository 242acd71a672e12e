import { DEFAULT_HANDLING, DEFAULT_RECALL, type Handling } from '../model/handling.ts';
import type { Problem } from '../model/problem.ts';
import { parseDuration, type Millis } from '../model/time.ts';
import type { CityFiles, RawHandling } from './city-files.ts';

/** `handling.json` with its durations read; what it leaves out is as the defaults. */
export function handlingOf(raw: RawHandling | null): Handling {
  if (raw === null) return DEFAULT_HANDLING;
  const { verify, verifyWithin, recall, grace, warnAt, ladder, group, lifeSafety, limit, contain } = raw;
  return {
    verify: { ...DEFAULT_HANDLING.verify, ...verify },
    verifyWithin: durationOf(verifyWithin, DEFAULT_HANDLING.verifyWithin),
    recall: recall === undefined ? DEFAULT_RECALL : { every: durationOf(recall.every, DEFAULT_RECALL.every), times: recall.times },
    grace: durationOf(grace, DEFAULT_HANDLING.grace),
    warnAt: warnAt === undefined ? DEFAULT_HANDLING.warnAt : warnAt,
    ladder: ladder?.map(({ to, after }) => ({ to, after: durationOf(after, 0) })) ?? DEFAULT_HANDLING.ladder,
    group: group ?? DEFAULT_HANDLING.group,
    lifeSafety: lifeSafety ?? DEFAULT_HANDLING.lifeSafety,
    limit:
      limit === undefined
        ? DEFAULT_HANDLING.limit
        : limit === null
          ? null
          : { messages: limit.messages, within: durationOf(limit.within, 0) },
    inhibit: contain ?? DEFAULT_HANDLING.inhibit,
  };
}

function durationOf(text: string | undefined, otherwise: Millis): Millis {
  return text === undefined ? otherwise : (parseDuration(text) ?? otherwise);
}

/** What no schema can say of who is called when somebody does not answer. */
export function checkHandling({ parties, handling }: CityFiles, pathOf: (file: string) => string): Problem[] {
  const known = new Set(parties.parties.map(({ id }) => id));
  const problems: Problem[] = [];
  const say = (file: string, pointer: string, message: string): void =>
    void problems.push({ code: 'city-reference', file, pointer, message });
  parties.parties.forEach(({ id, chief, next }, index) => {
    for (const [name, party] of [
      ['chief', chief],
      ['next', next],
    ] as const) {
      if (party === undefined) continue;
      const pointer = `/parties/${index}/${name}`;
      if (!known.has(party)) say(pathOf('parties.json'), pointer, `parties.json has no party "${party}"; add it, or name another.`);
      else if (party === id) say(pathOf('parties.json'), pointer, 'A party cannot be called in its own place; name another.');
    }
  });
  handling?.contain?.forEach(({ by, quiet }, index) => {
    if (quiet.includes(by)) say(pathOf('handling.json'), `/contain/${index}/quiet`, `"${by}" cannot contain itself; remove it here.`);
  });
  return problems;
}
