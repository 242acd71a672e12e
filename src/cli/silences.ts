import { addSilence, endSilence, fetchSilences, type SilenceMatch, type SilenceRow } from '../app/deed-client.ts';
import { isoTime, parseDuration, type Millis } from '../model/time.ts';
import { byOf, DEED_FLAGS, needed } from './deed-flags.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';

const MATCH = {
  rule: { value: 'RULE', about: { zh: 'add：此规则的告警', en: 'add: alerts of this rule' } },
  kind: { value: 'KIND', about: { zh: 'add：此类工单，如 fire', en: 'add: of this kind of order, e.g. fire' } },
  place: { value: 'PLACE', about: { zh: 'add：此地点', en: 'add: at this place' } },
  street: { value: 'STREET', about: { zh: 'add：此街镇', en: 'add: in this street' } },
  key: { value: 'KEY', about: { zh: 'add：此判断对象，如 sensor:ID', en: 'add: at this key, e.g. sensor:ID' } },
} as const;

const SPEC: CommandSpec = {
  usage: 'silences list|add|end [ID] [--rule RULE] [--kind KIND] [--place PLACE] [--for DURATION] [--reason TEXT] [--by NAME] [--json]',
  about: {
    zh: '静默与检修：相符的告警照常记录，不派单；结束时仍在告警的随即派单',
    en: 'silences and maintenance: alerts that match are kept and open no order; what still fires at the end does',
  },
  flags: {
    ...MATCH,
    for: { value: 'DURATION', about: { zh: 'add：多久，如 2h、1h30m', en: 'add: how long, e.g. 2h, 1h30m' } },
    until: { value: 'TIME', about: { zh: 'add：至何时，RFC 3339，代替 --for', en: 'add: until when, RFC 3339, instead of --for' } },
    from: { value: 'TIME', about: { zh: 'add：自何时，默认现在', en: 'add: from when; default now' } },
    maintenance: { about: { zh: 'add：是计划内的检修', en: 'add: it is planned work' } },
    'life-safety': {
      about: { zh: 'add：也静默涉及生命安全的，至多 4 小时', en: 'add: also signs on which life depends, for 4 hours at most' },
    },
    ...DEED_FLAGS,
    ...SERVER_FLAGS,
  },
  operands: { least: 1, most: 2 },
};

/** `now` turns `--for` into an end. */
export async function runSilences(args: readonly string[], io: Io, now: () => Millis = Date.now): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, id] = flags.operands;
  if (action !== 'end' && id !== undefined) throw usage(`"${id}" is one argument too many`, SPEC);
  switch (action) {
    case 'list':
      return list(flags, io);
    case 'add':
      return add(flags, io, now());
    case 'end':
      return end(id, flags, io);
    default:
      throw usage(`"${action ?? ''}" is not one of list, add, end`, SPEC);
  }
}

async function list(flags: Flags, io: Io): Promise<number> {
  const silences = await fetchSilences(serverOf(flags, io));
  if (flags.on('json')) say(io, JSON.stringify(silences));
  else for (const one of silences) say(io, lineOf(one));
  return 0;
}

async function add(flags: Flags, io: Io, now: Millis): Promise<number> {
  const match: SilenceMatch = Object.fromEntries(
    Object.keys(MATCH).flatMap((name) => {
      const value = flags.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  if (Object.keys(match).length === 0) throw usage('Say which alerts are meant: --rule, --kind, --place, --street or --key', SPEC);
  const from = flags.text('from');
  const made = await addSilence(serverOf(flags, io), {
    sort: flags.on('maintenance') ? 'maintenance' : 'silence',
    match,
    ...(from === undefined ? {} : { from }),
    until: untilOf(flags, now),
    by: byOf(flags, io, SPEC),
    reason: needed(flags, 'reason', SPEC),
    lifeSafety: flags.on('life-safety'),
  });
  say(io, flags.on('json') ? JSON.stringify(made) : lineOf(made));
  return 0;
}

function untilOf(flags: Flags, now: Millis): string {
  const [span, until] = [flags.text('for'), flags.text('until')];
  if ((span === undefined) === (until === undefined)) throw usage('Give one of --for and --until', SPEC);
  if (span === undefined) return until as string;
  const length = parseDuration(span);
  if (length === null) throw usage(`--for takes a duration such as 2h or 1h30m, not "${span}"`, SPEC);
  const from = flags.text('from');
  const begin = from === undefined ? now : Date.parse(from);
  if (Number.isNaN(begin)) throw usage(`--from takes a time in RFC 3339, not "${from ?? ''}"`, SPEC);
  return isoTime(begin + length);
}

async function end(id: string | undefined, flags: Flags, io: Io): Promise<number> {
  if (id === undefined) throw usage('The id of the silence is missing', SPEC);
  const ended = await endSilence(serverOf(flags, io), id, byOf(flags, io, SPEC));
  say(io, flags.on('json') ? JSON.stringify(ended) : `已结束 ended  ${ended.id}`);
  return 0;
}

function lineOf({ id, sort, match, from, until, by, reason, lifeSafety }: SilenceRow): string {
  const word = sort === 'maintenance' ? '检修 maintenance' : '静默 silence';
  const meant = Object.entries(match).map(([name, value]) => `${name}=${value}`);
  return `${id}  ${word}  ${from} → ${until}  ${meant.join(' ')}${lifeSafety ? '  含生命安全 life safety too' : ''}  “${reason}” (${by})`;
}
