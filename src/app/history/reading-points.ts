import { createDecoder } from '../../decode/decode.ts';
import type { LogEntry, LogEvent } from '../../model/log-entry.ts';
import type { HistoryPoint, ReadingPoint } from '../../model/history-point.ts';
import type { City } from '../../model/place.ts';
import type { Report } from '../../model/reading.ts';
import type { SignSample } from '../../model/sign-sample.ts';
import type { Millis } from '../../model/time.ts';
import { createRegistry, DEFAULT_LIMITS, type Registry } from '../../registry/registry.ts';
import type { Configured } from '../core.ts';
import type { CoreSettings } from '../definition.ts';

/** What of a definition decides how a message is read. */
export interface ReadBy {
  readonly city: City;
  readonly settings: CoreSettings;
}

type Message = Extract<LogEvent, { readonly kind: 'message' }>;

/** What stands behind the millisecond has six digits. */
const NTHS = 1_000_000;
/** More reports than that in one millisecond there are only while the clock of the server is set back; they share the last place. */
const LAST_PLACE = NTHS - 1;
/** Of samples of signs. */
const SAMPLED = NTHS - 1;
/** Messages of a batch, and reports of a message, are set apart by primes: places in the log meet again only after a million. */
const ENTRY = 7_919;
const MESSAGE = 1_021;

/**
 * The readings of the log, as the core accepted them.
 *
 * N1 The same entries give the same points, wherever reading begins: a point that is written again is the same point.
 * N2 What the registry refuses, or has seen before, is no point.
 * N5 (receivedAt, order) is the order of the log. Every report counts, refused ones too: so the place of the others depends on
 *    nothing but the entries of that millisecond.
 */
export class ReadingPoints {
  private readonly load: (event: Configured) => ReadBy;
  private readonly decoder = createDecoder();
  private readBy: ReadBy;
  private registry: Registry;
  private now: Millis = Number.NEGATIVE_INFINITY;
  /** Of the reports at `countedAt`. */
  private order = 0;
  private countedAt: Millis | null = null;
  private sure = false;

  /** `inForce`: by what the first entry is read. */
  constructor(inForce: ReadBy, load: (event: Configured) => ReadBy) {
    this.load = load;
    this.readBy = inForce;
    this.registry = registryOf(inForce);
  }

  /** The millisecond of the last entry began after reading did, so that its reports are counted from the first. */
  get knowsOrder(): boolean {
    return this.sure;
  }

  take({ at, offset, events }: LogEntry, out: HistoryPoint[]): void {
    const wall = this.readBy.settings.clock === 'wall';
    if (wall) this.move(at);
    events.forEach((event, index) => {
      if (event.kind === 'configured') this.follow(event);
      else if (event.kind === 'message') this.message(event, { at, offset, index }, out);
      else if (event.kind === 'sampled') this.samples(event.signs, at, out);
    });
  }

  private move(at: Millis): void {
    this.now = Math.max(this.now, at);
    if (this.now === this.countedAt) return;
    this.sure = this.countedAt !== null;
    this.countedAt = this.now;
    this.order = 0;
  }

  private follow(event: Configured): void {
    const next = this.load(event);
    if (next.city === this.readBy.city && next.settings === this.readBy.settings) return;
    const registry = registryOf(next);
    registry.restore(this.registry.snapshot());
    this.readBy = next;
    this.registry = registry;
  }

  /** What has been sampled is told apart from what a change has said at the same moment. */
  private samples(signs: readonly SignSample[], at: Millis, out: HistoryPoint[]): void {
    const moment = { at: Number.isFinite(this.now) ? this.now : at, nth: SAMPLED };
    for (const sample of signs) out.push({ kind: 'sign', ...sample, ...moment });
  }

  private message(event: Message, where: Where, out: HistoryPoint[]): void {
    const decoded = this.decoder.decode(event.topic, event.payload, this.readBy.settings.codecs[event.gateway]);
    if (decoded.kind !== 'reports') return;
    decoded.reports.forEach((report, i) => this.report(report, event.gateway, { ...where, index: where.index * MESSAGE + i }, out));
  }

  private report(report: Report, gateway: string, where: Where, out: HistoryPoint[]): void {
    const events = this.readBy.settings.clock === 'events';
    const receivedAt = Number.isFinite(this.now) ? this.now : where.at;
    const resolved = this.registry.resolve(report, { gateway, receivedAt, now: this.now, events });
    const accepted = resolved.kind === 'accepted' || resolved.kind === 'test';
    if (events && accepted) this.move(resolved.observedAt);
    const order = this.order;
    this.order = Math.min(LAST_PLACE, order + 1);
    if (!accepted) return;
    const { sensor, observedAt } = resolved;
    // What the core was told: a clock that follows the data never goes back.
    const moment = { at: observedAt, nth: nthOf(report, where), receivedAt: this.now, order };
    const { id, place, street } = sensor;
    for (const [measure, value] of Object.entries(report.values)) {
      const point: ReadingPoint = { kind: 'reading', sensor: id, measure, value, test: report.test, gateway, place, street, ...moment };
      out.push(point);
    }
  }
}

interface Where {
  readonly at: Millis;
  readonly offset: number;
  readonly index: number;
}

/** A message that says its number is the same point however often it comes; else its place in the log tells it from others. */
function nthOf({ seq }: Report, { offset, index }: Where): number {
  return (seq ?? offset * ENTRY + index) % NTHS;
}

function registryOf({ city, settings }: ReadBy): Registry {
  return createRegistry(city, { ...DEFAULT_LIMITS, maxAhead: settings.maxAhead, maxJump: settings.maxJump });
}
