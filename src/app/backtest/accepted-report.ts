import type { Observation } from '../../engine/engine.ts';
import type { Sensor } from '../../model/place.ts';
import { TEXT, TRUTH, type ReadingBlock } from '../../model/reading-block.ts';
import type { Scalar } from '../../model/text.ts';

/** Told of each report; `test`: maintenance. */
export type OnReport = (report: Observation, test: boolean) => void;

/**
 * Puts readings of history together again to the reports that they came in.
 *
 * S1 Every reading is in exactly one report, in the order in which they arrived; what sensors the city does not take is counted.
 */
export class AcceptedReports {
  /** Readings of sensors that the city does not take. */
  unknown = 0;
  private readonly sensorOf: (id: string) => Sensor | null;
  private readonly sensors: (Sensor | null)[] = [];
  private readonly measures: string[] = [];
  private readonly gateways: string[] = [];

  constructor(sensorOf: (id: string) => Sensor | null) {
    this.sensorOf = sensorOf;
  }

  take(block: ReadingBlock, each: OnReport): void {
    for (const id of block.sensors) this.sensors.push(this.sensorOf(id));
    this.measures.push(...block.measures);
    this.gateways.push(...block.gateways);
    const { count } = block;
    for (let row = 0; row < count; ) {
      const end = endOfReport(block, row);
      const sensor = this.sensors[block.sensor[row] as number];
      if (sensor === null || sensor === undefined) this.unknown += end - row;
      else each(this.report(block, row, end, sensor), block.test[row] === 1);
      row = end;
    }
  }

  private report(block: ReadingBlock, row: number, end: number, sensor: Sensor): Observation {
    const values: Record<string, Scalar> = {};
    for (let i = row; i < end; i += 1) values[this.measures[block.measure[i] as number] as string] = valueAt(block, i);
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
  if (sort[row] === TEXT) return texts[number] ?? '';
  return sort[row] === TRUTH ? number === 1 : number;
}
