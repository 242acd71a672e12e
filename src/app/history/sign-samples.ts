import type { Standing } from '../../engine/engine.ts';
import type { LogEvent } from '../../model/log-entry.ts';
import type { SignSample } from '../../model/sign-sample.ts';
import type { Emit } from '../../telemetry/events.ts';

/** In one entry of the log; more would be a message of its own that nobody reads. */
const MOST = 2_000;

/**
 * What signs say between two changes of their level, for the log, and by it for history.
 *
 * Q1 A sample is taken only of what says something else than when it was sampled last; what was left out for want of room is told,
 *    and is first the next time.
 */
export class SignSamples {
  private readonly said = new Map<string, { readonly says: string; readonly round: number }>();
  private readonly emit: Emit;
  private readonly most: number;
  private round = 0;

  constructor(emit: Emit, most = MOST) {
    this.emit = emit;
    this.most = most;
  }

  /** `null`: nothing says anything new. */
  take(standings: Iterable<Standing>): Extract<LogEvent, { readonly kind: 'sampled' }> | null {
    const changed: Changed[] = [];
    for (const { level, rule, subject, value } of standings) {
      const name = `${rule.id} ${subject.key}`;
      const says = `${level ?? ''} ${value ?? ''}`;
      const before = this.said.get(name);
      // What has never said anything has nothing to be drawn.
      if ((before?.says ?? SILENT) === says) continue;
      const { key, place, street } = subject;
      changed.push({ name, says, waits: before?.round ?? -1, sample: { sign: rule.id, key, place, street, level, value } });
    }
    const taken = changed.length > this.most ? changed.sort((a, b) => a.waits - b.waits).slice(0, this.most) : changed;
    if (taken.length < changed.length) this.emit({ name: 'history.signs-left-out', signs: changed.length - taken.length });
    this.round += 1;
    for (const { name, says } of taken) this.said.set(name, { says, round: this.round });
    return taken.length === 0 ? null : { kind: 'sampled', signs: taken.map(({ sample }) => sample) };
  }
}

interface Changed {
  readonly name: string;
  readonly says: string;
  /** The round in which it was sampled last. */
  readonly waits: number;
  readonly sample: SignSample;
}

/** No level, no value. */
const SILENT = ' ';
