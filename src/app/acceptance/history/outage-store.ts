import { FaultyServer, says, type Answer } from '../../../history/influx/test-faulty-server.ts';
import { answerTo, isAway, type OutageMode } from '../../../history/influx/test-outage-modes.ts';
import { numberOf, type Numbering } from './numbered.ts';
import { isBad, type OutageFigures, type OutageRequest } from './outage-modes.ts';

/*
 * A store that speaks v2 and fails as it is told to, as a program of its own: `node outage-store.js '{"begin":…,"sensors":…,"step":…}'`.
 * It keeps which numbers it has, and the cursors.
 */
const numbering = JSON.parse(process.argv[2] as string) as Numbering;

class Kept {
  distinct = 0;
  repeats = 0;
  requests = 0;
  private has = new Uint8Array(1 << 22);
  private readonly cursors: { readonly at: number; readonly offset: number; readonly audit: number }[] = [];

  isBad(line: string): boolean {
    const number = numberIn(line);
    return number !== null && isBad(number);
  }

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

function answerIn(mode: Exclude<OutageMode, 'refuse'> | 'ok'): Answer {
  return (response, asked) => {
    kept.requests += 1;
    peak = Math.max(peak, server.peak);
    // It would keep every body it heard.
    server.asked.length = 0;
    const written = asked.path.startsWith('/api/v2/write');
    const cursor = (): Answer => says(200, kept.newestCursor(new URLSearchParams(asked.body).get('q') ?? ''));
    const answer = written ? answerTo(mode, asked.body.split('\n'), kept) : isAway(mode) ? answerTo(mode, [], kept) : cursor();
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
