import { pointerOf } from '../../config/json-pointer.ts';
import type { Ladder, Probe, RuleTestFile, Rung, TestInput } from './rule-test-file.ts';
import { FIRST_SENSOR } from './trial.ts';

type Path = readonly (string | number)[];

/** One input of a case, or one ladder, with where its names stand in the file. */
export interface Saying {
  readonly pointer: string;
  readonly sensor: string;
  readonly sensorPointer: string;
  readonly values: readonly { readonly measure: string; readonly at: string }[];
  /** A value stands there of which nobody says what was measured. */
  readonly plain: boolean;
}

/** Everything that sensors are made to say in a rule test. */
export function sayingsOf({ cases = [], ladders = [] }: RuleTestFile): Saying[] {
  return [
    ...cases.flatMap(({ input }, i) => input.map((one, j) => sayingOfInput(one, ['cases', i, 'input', j]))),
    ...ladders.map((ladder, i) => sayingOfLadder(ladder, ['ladders', i])),
  ];
}

function sayingOfInput({ sensor, values }: TestInput, path: Path): Saying {
  return { ...spokenBy(sensor, path), values: namesIn(values, [...path, 'values']), plain: false };
}

function sayingOfLadder({ sensor, measure, rest, levels }: Ladder, path: Path): Saying {
  const probes: (readonly [Probe | undefined, Path])[] = [[rest, [...path, 'rest']]];
  for (const [level, rung] of Object.entries<Rung>(levels)) {
    for (const cell of ['safe', 'edge', 'past', 'stay', 'clear'] as const) probes.push([rung[cell], [...path, 'levels', level, cell]]);
  }
  const values = probes.flatMap(([probe, at]) => (typeof probe === 'object' ? namesIn(probe, at) : []));
  const named = measure === undefined ? [] : [{ measure, at: pointerOf([...path, 'measure']) }];
  const plain = measure === undefined && probes.some(([probe]) => probe !== undefined && typeof probe !== 'object');
  return { ...spokenBy(sensor, path), values: [...named, ...values], plain };
}

function spokenBy(sensor: string | undefined, path: Path): Pick<Saying, 'pointer' | 'sensor' | 'sensorPointer'> {
  const pointer = pointerOf(path);
  return { pointer, sensor: sensor ?? FIRST_SENSOR, sensorPointer: sensor === undefined ? pointer : `${pointer}/sensor` };
}

function namesIn(values: object, path: Path): Saying['values'] {
  return Object.keys(values).map((measure) => ({ measure, at: pointerOf([...path, measure]) }));
}
