import type { ReadingPoint } from '../../src/model/history-point.ts';
import type { Millis } from '../../src/model/time.ts';
import type { Speaker } from '../engine/population.ts';
import { Sayings, strideFor } from '../engine/sayings.ts';

const MINUTE: Millis = 60_000;
const LAG: Millis = 40;

/** What a city of sensors has said, minute by minute: each speaks once a minute, all of them spread over it. */
export class StoredCity {
  readonly start: Millis;
  private readonly speakers: readonly Speaker[];
  private readonly stride: number;
  private readonly sayings = new Sayings();
  private minutes = 0;

  constructor(speakers: readonly Speaker[], start: Millis) {
    this.speakers = speakers;
    this.start = start;
    this.stride = strideFor(speakers.length);
  }

  get end(): Millis {
    return this.start + this.minutes * MINUTE;
  }

  minute(): ReadingPoint[] {
    const { speakers, stride } = this;
    const points: ReadingPoint[] = [];
    let order = 0;
    let before = 0;
    for (let i = 0; i < speakers.length; i += 1) {
      const { gateway, sample, sensor } = speakers[(i * stride) % speakers.length] as Speaker;
      const at = this.end + Math.floor((i / speakers.length) * MINUTE);
      order = at === before ? order + 1 : 0;
      before = at;
      const values = Object.entries(this.sayings.next(sample)).sort(([a], [b]) => (a < b ? -1 : 1));
      const { id, place, street } = sensor;
      for (const [measure, value] of values) {
        const moment = { at, nth: 0, receivedAt: at + LAG, order };
        points.push({ kind: 'reading', sensor: id, measure, value, test: false, gateway, place, street, ...moment });
      }
    }
    this.minutes += 1;
    return points;
  }
}
