import type { ReadingPoint } from '../../model/history-point.ts';
import type { BlockBuilder } from '../block-builder.ts';

/** Puts readings into a block, one after the other. */
export class PointRows {
  readonly #block: BlockBuilder;
  readonly #sensors = new Map<string, number>();
  readonly #measures = new Map<string, number>();
  readonly #gateways = new Map<string, number>();
  readonly #standings = new Map<string | null, Map<string | null, number>>();

  constructor(block: BlockBuilder) {
    this.#block = block;
  }

  add(point: ReadingPoint): void {
    const { columns, count: row, names } = this.#block;
    this.#block.reserve(1);
    columns.sensor[row] = numberOf(this.#sensors, point.sensor, names.sensors);
    columns.measure[row] = numberOf(this.#measures, point.measure, names.measures);
    columns.gateway[row] = numberOf(this.#gateways, point.gateway, names.gateways);
    columns.standing[row] = this.#standingOf(point);
    columns.at[row] = point.at;
    columns.nth[row] = point.nth;
    columns.receivedAt[row] = point.receivedAt;
    columns.order[row] = point.order;
    columns.test[row] = Number(point.test);
    this.#block.set(row, point.value);
    this.#block.count = row + 1;
  }

  #standingOf({ place, street }: ReadingPoint): number {
    let ofPlace = this.#standings.get(place);
    if (ofPlace === undefined) this.#standings.set(place, (ofPlace = new Map<string | null, number>()));
    let number = ofPlace.get(street);
    if (number === undefined) ofPlace.set(street, (number = this.#block.names.standings.add([place, street])));
    return number;
  }
}

function numberOf(numbers: Map<string, number>, name: string, names: { add: (name: string) => number }): number {
  let number = numbers.get(name);
  if (number === undefined) numbers.set(name, (number = names.add(name)));
  return number;
}
