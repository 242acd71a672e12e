import { fetchDrills, startDrill, stopDrill, type DrillRow } from '../app/deed-client.ts';
import { LEVELS, type Level } from '../model/level.ts';
import { parseDuration } from '../model/time.ts';
import { byOf, DEED_FLAGS, needed } from './deed-flags.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const SPEC: CommandSpec = {
  usage: 'drills list|start|stop [ID] [--rule RULE] [--place PLACE] [--level LEVEL] [--for DURATION] [--reason TEXT] [--by NAME] [--json]',
  about: {
    zh: '演练：没有设备触发的告警，单独成单，到不了生产通道',
    en: 'exercises: an alert that no sensor has raised, in an order of its own that reaches no production channel',
  },
  flags: {
    rule: { value: 'RULE', about: { zh: 'start：哪条规则', en: 'start: by which rule' } },
    place: { value: 'PLACE', about: { zh: 'start：在何地点', en: 'start: at which place' } },
    level: { value: 'LEVEL', about: { zh: 'start：blue、yellow、orange 或 red', en: 'start: blue, yellow, orange or red' } },
    for: { value: 'DURATION', about: { zh: 'start：多久，默认 1h，至多 1d', en: 'start: how long; default 1h, 1d at most' } },
    ...DEED_FLAGS,
    ...SERVER_FLAGS,
  },
  operands: { least: 1, most: 2 },
};

const MINUTE = 60_000;

export async function runDrills(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, id] = flags.operands;
  if (action !== 'stop' && id !== undefined) throw usage(`"${id}" is one argument too many`, SPEC);
  switch (action) {
    case 'list':
      return list(flags, io);
    case 'start':
      return start(flags, io);
    case 'stop':
      return stop(id, flags, io);
    default:
      throw usage(`"${action ?? ''}" is not one of list, start, stop`, SPEC);
  }
}

async function list(flags: Flags, io: Io): Promise<number> {
  const drills = await fetchDrills(serverOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(drills));
  else for (const one of drills) say(io, lineOf(one));
  return 0;
}

async function start(flags: Flags, io: Io): Promise<number> {
  const made = await startDrill(serverOf(flags, io), {
    rule: needed(flags, 'rule', SPEC),
    place: needed(flags, 'place', SPEC),
    level: levelOf(needed(flags, 'level', SPEC)),
    minutes: minutesOf(flags.text('for') ?? '1h'),
    by: byOf(flags, io, SPEC),
    reason: needed(flags, 'reason', SPEC),
  });
  say(io, flags.on('json') ? JSON.stringify(made) : lineOf(made));
  return 0;
}

function levelOf(text: string): Level {
  const level = LEVELS.find((one) => one === text);
  if (level === undefined) throw usage(`--level takes one of ${LEVELS.join(', ')}, not "${text}"`, SPEC);
  return level;
}

function minutesOf(text: string): number {
  const length = parseDuration(text);
  if (length === null || length === 0 || length % MINUTE !== 0)
    throw usage(`--for takes whole minutes such as 30m or 1h, not "${text}"`, SPEC);
  return length / MINUTE;
}

async function stop(id: string | undefined, flags: Flags, io: Io): Promise<number> {
  if (id === undefined) throw usage('The id of the exercise is missing', SPEC);
  const ended = await stopDrill(serverOf(flags, io), id, byOf(flags, io, SPEC));
  say(io, flags.on('json') ? JSON.stringify(ended) : `已结束 ended  ${ended.id}`);
  return 0;
}

function lineOf({ id, rule, place, level, until, by, reason }: DrillRow): string {
  return `${id}  演练 exercise  ${level}  ${rule} @ ${place}  → ${until}  “${reason}” (${by})`;
}
