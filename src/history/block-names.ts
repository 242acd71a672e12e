import type { ReadingBlock } from '../model/reading-block.ts';

type Standing = ReadingBlock['standings'][number];
type Fresh = Pick<ReadingBlock, 'sensors' | 'measures' | 'gateways' | 'standings'>;

/** The names of one stream, numbered as they come; each is told once, with the first block that may use it. */
export class BlockNames {
  readonly sensors = new Told<string>();
  readonly measures = new Told<string>();
  readonly gateways = new Told<string>();
  readonly standings = new Told<Standing>();

  fresh(): Fresh {
    const { sensors, measures, gateways, standings } = this;
    return { sensors: sensors.fresh(), measures: measures.fresh(), gateways: gateways.fresh(), standings: standings.fresh() };
  }
}

class Told<T> {
  readonly list: T[] = [];
  #told = 0;

  /** @returns its number; the caller knows that it is new */
  add(name: T): number {
    return this.list.push(name) - 1;
  }

  fresh(): readonly T[] {
    const fresh = this.list.slice(this.#told);
    this.#told = this.list.length;
    return fresh;
  }
}
