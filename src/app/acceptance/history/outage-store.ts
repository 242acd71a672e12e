import type { ServerResponse } from 'node:http';
import { FaultyServer, hangs, ok, okThenResets, says, type Answer, type Asked } from '../../../history/influx/test-faulty-server.ts';
import { numberOf, type Numbering } from './numbered.ts';
import { isBad, type OutageFigures, type OutageMode, type OutageRequest } from './outage-modes.ts';

/*
 * A store that speaks v2 and fails as it is told to, as a program of its own: `node outage-store.js '{"begin":…,"sensors":…,"step":…}'`.
 * It keeps which numbers it has, and the cursors.
 */
const numbering = JSON.parse(process.argv[2] as string) as Numbering;
const LINES_AT_ONCE = 1_000;

class Kept {
  distinct = 0;
  repeats = 0;
  requests = 0;
  private has = new Uint8Array(1 << 22);
  private readonly cursors: { readonly at: number; readonly offset: number; readonly audit: number }[] = [];

  take(line: string): void {
    const number = numberIn(line);
    if (number !== null) this.add(number);
    else if (line.startsWith('maibo_cursor ')) this.cursor(line);
  }

  /** The newest of all, or the newest up to a time. */
  newestCursor(query: string): object {
    const until = Number(/time <= (\d+)ms/.exec(query)?.[1] ?? Number.POSITIVE_INFINITY);
    const found = this.cursors.filter(({ at }) => at <= until).at(-1);
    if (found === undefined) return { results: [{ statement_id: 0 }] };
    const values = [[new Date(found.at).toISOString(), found.offset, found.audit]];
    return { results: [{ statement_id: 0, series: [{ name: 'maibo_cursor', columns: ['time', 'offset', 'audit'], values }] }] };
  }

  private add(number: number): void {
    if (number >= this.has.length) {
      const larger = new Uint8Array(2 * Math.max(number, this.has.length));
      larger.set(this.has);
      this.has = larger;
    }
    if (this.has[number] === 1) this.repeats += 1;
    else this.distinct += 1;
    this.has[number] = 1;
  }

  private cursor(line: string): void {
    const [, offset, audit, at] = /offset=(\d+),audit=(\d+) (\d+)\d{6}$/.exec(line) ?? [];
    this.cursors.push({ at: Number(at), offset: Number(offset), audit: Number(audit) });
  }
}

const SENSOR = ',sensor=';

/** By what makes the point one of its own, and not by its value. */
function numberIn(line: string): number | null {
  const from = line.indexOf(SENSOR) + SENSOR.length;
  if (from < SENSOR.length || !line.startsWith('reading,')) return null;
  const to = Math.min(...[',', ' '].map((end) => line.indexOf(end, from)).filter((at) => at > 0));
  const sensor = line.slice(from, to);
  return numberOf(numbering, { sensor, at: Number(line.slice(-19, -6)), nth: Number(line.slice(-6)) });
}

const kept = new Kept();
let peak = 0;

function takeGood(lines: readonly string[]): readonly string[] {
  const bad = lines.filter((line) => isBad(numberIn(line) ?? 1));
  const good = bad.length === 0 ? lines : lines.filter((line) => !bad.includes(line));
  for (const line of good) kept.take(line);
  return bad;
}

function take(lines: readonly string[]): void {
  for (const line of lines) kept.take(line);
}

const partial = { code: 'unprocessable entity', message: 'failure writing points to database: partial write: field type conflict' };

/** What each mode does with a request; those that take nothing do it with questions too, but the one that minds what is written. */
const WRITES: Readonly<Record<Exclude<OutageMode, 'refuse'> | 'ok', (lines: readonly string[]) => Answer>> = {
  ok: (lines) => (take(lines), ok),
  '413': (lines) => (lines.length > LINES_AT_ONCE ? says(413, 'Request Entity Too Large') : (take(lines), ok)),
  '422 partial': (lines) => (takeGood(lines).length > 0 ? says(422, partial) : ok),
  '400 bad line': (lines) => (lines.some((line) => isBad(numberIn(line) ?? 1)) ? says(400, partial) : (take(lines), ok)),
  '204 reset': (lines) => (take(lines), okThenResets),
  '503': () => says(503),
  '429': () => says(429, '', { 'retry-after': '5' }),
  '400': () => says(400, { code: 'invalid', message: 'unable to parse' }),
  hang: () => hangs,
};
const AWAY: readonly string[] = ['503', '429', 'hang'];

function answerIn(mode: Exclude<OutageMode, 'refuse'> | 'ok'): Answer {
  return (response: ServerResponse, asked: Asked) => {
    kept.requests += 1;
    peak = Math.max(peak, server.peak);
    // It would keep every body it heard.
    server.asked.length = 0;
    if (asked.path.startsWith('/api/v2/write')) return WRITES[mode](asked.body.split('\n'))(response, asked);
    const answer = AWAY.includes(mode) ? WRITES[mode]([]) : says(200, kept.newestCursor(new URLSearchParams(asked.body).get('q') ?? ''));
    answer(response, asked);
  };
}

let server = await FaultyServer.start(answerIn('ok'));
const port = Number(new URL(server.url).port);

let away = false;

async function become(mode: OutageMode | 'ok'): Promise<void> {
  if (mode === 'refuse') {
    away = true;
    return server.stop();
  }
  if (away) server = await FaultyServer.start(answerIn(mode), port);
  away = false;
  server.answer = answerIn(mode);
}

process.on('message', (request: OutageRequest) => {
  if (request.kind === 'mode') void become(request.mode).then(() => process.send?.(null));
  else {
    const { distinct, repeats, requests } = kept;
    process.send?.({ distinct, repeats, requests, peak } satisfies OutageFigures);
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.(port);
