import type { ReadingPoint } from '../model/history-point.ts';
import { SORT, type ReadingBlock } from '../model/reading-block.ts';

/** A stream of blocks as the points that it holds, block by block. */
export async function* blocksOf(stream: AsyncIterable<ReadingBlock>): AsyncGenerator<readonly ReadingPoint[]> {
  const names = {
    sensors: [] as string[],
    measures: [] as string[],
    gateways: [] as string[],
    standings: [] as (readonly [string | null, string | null])[],
  };
  for await (const block of stream) {
    names.sensors.push(...block.sensors);
    names.measures.push(...block.measures);
    names.gateways.push(...block.gateways);
    names.standings.push(...block.standings);
    yield Array.from({ length: block.count }, (_, row) => pointOf(block, row, names));
  }
}

export async function pointsOf(stream: AsyncIterable<ReadingBlock>): Promise<ReadingPoint[]> {
  const points: ReadingPoint[] = [];
  for await (const some of blocksOf(stream)) points.push(...some);
  return points;
}

type Names = Pick<ReadingBlock, 'sensors' | 'measures' | 'gateways' | 'standings'>;

function pointOf(block: ReadingBlock, row: number, names: Names): ReadingPoint {
  const number = (column: Int32Array | Float64Array | Uint8Array): number => column[row] as number;
  const [place, street] = names.standings[number(block.standing)] as readonly [string | null, string | null];
  const value = number(block.value);
  return {
    kind: 'reading',
    sensor: names.sensors[number(block.sensor)] as string,
    measure: names.measures[number(block.measure)] as string,
    gateway: names.gateways[number(block.gateway)] as string,
    ...{ place, street },
    value: number(block.sort) === SORT.text ? (block.texts[value] as string) : number(block.sort) === SORT.truth ? value === 1 : value,
    test: number(block.test) === 1,
    ...{ at: number(block.at), nth: number(block.nth), receivedAt: number(block.receivedAt), order: number(block.order) },
  };
}
