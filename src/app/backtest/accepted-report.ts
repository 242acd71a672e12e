import type { Observation } from '../../engine/engine.ts';
import type { City, Sensor } from '../../model/place.ts';
import { SORT, type ReadingBlock } from '../../model/reading-block.ts';
import type { Scalar } from '../../model/text.ts';
import { adoptedSensor } from '../../registry/state.ts';

/** Told of each report; `test`: maintenance. */
export type OnReport = (report: Observation, test: boolean) => void;

/**
 * Puts readings of history together again to the reports that they came in.
 *
 * S1 Every wanted reading is in exactly one report, in the order in which they arrived; of sensors that the city does not take
 *    they are counted.
 */
export class AcceptedReports {
  /** Readings of sensors that the city does not take. */
  unknown = 0;
  private readonly city: City;
  private readonly known: ReadonlyMap<string, Sensor>;
  private readonly wanted: ReadonlySet<string> | null;
  private readonly sensors: (Sensor | null)[] = [];
  /** By number; `null` for one that nobody wants. */
  private readonly measures: (string | null)[] = [];
  private readonly gateways: string[] = [];

  /** `wanted`: only these measures; `null`: all. */
  constructor(city: City, wanted: readonly string[] | null = null) {
    this.city = city;
    this.known = new Map(city.sensors.map((sensor) => [sensor.id, sensor]));
    this.wanted = wanted === null ? null : new Set(wanted);
  }

  take(block: ReadingBlock, each: OnReport): void {
    for (const id of block.sensors) this.sensors.push(this.sensorOf(id));
    for (const name of block.measures) this.measures.push(this.wanted === null || this.wanted.has(name) ? name : null);
    this.gateways.push(...block.gateways);
    const { count } = block;
    for (let row = 0; row < count; ) {
      if (this.measures[block.measure[row] as number] === null) {
        row += 1;
        continue;
      }
      const end = endOfReport(block, row);
      const sensor = this.sensors[block.sensor[row] as number];
      if (sensor === null || sensor === undefined) this.unknown += end - row;
      else each(this.report(block, row, end, sensor), block.test[row] === 1);
      row = end;
    }
  }

  private sensorOf(id: string): Sensor | null {
    return this.known.get(id) ?? (this.city.unknownSensors === 'adopt' ? adoptedSensor(id) : null);
  }

  private report(block: ReadingBlock, row: number, end: number, sensor: Sensor): Observation {
    const values: Record<string, Scalar> = {};
    for (let i = row; i < end; i += 1) {
      const measure = this.measures[block.measure[i] as number] as string | null;
      if (measure !== null) values[measure] = valueAt(block, i);
    }
    return {
      sensor,
      values,
      at: block.at[row] as number,
      receivedAt: block.receivedAt[row] as number,
      gateway: this.gateways[block.gateway[row] as number] as string,
    };
  }
}

function endOfReport({ count, receivedAt, order, sensor, at }: ReadingBlock, row: number): number {
  let end = row + 1;
  while (
    end < count &&
    order[end] === order[row] &&
    receivedAt[end] === receivedAt[row] &&
    sensor[end] === sensor[row] &&
    at[end] === at[row]
  )
    end += 1;
  return end;
}

function valueAt({ sort, texts, value }: ReadingBlock, row: number): Scalar {
  const number = value[row] as number;
  if (sort[row] === SORT.text) return texts[number] ?? '';
  return sort[row] === SORT.truth ? number === 1 : number;
}
