import type { Millis } from '../model/time.ts';

/** A gateway is judged by the sensor that speaks most often, but never within a minute. */
const SILENT_AFTER = 3;
const LEAST: Millis = 60_000;
const NO_OUTAGE: Outage = { from: Number.NEGATIVE_INFINITY, back: Number.NEGATIVE_INFINITY };
/** One sensor alone is not told apart from its gateway. */
const SENSORS = 2;

interface Gateway {
  readonly id: string;
  lastSeen: Millis;
  /** Its newest outage: the last word before it, and the first word after it. */
  outage: Outage;
  /** The one before, for when the newest turns out to be none. */
  before: Outage;
  /** Shortest cadence of its sensors, and how many have one. */
  cadence: Millis;
  sensors: number;
}

interface Outage {
  readonly from: Millis;
  readonly back: Millis;
}

export interface SavedGateways {
  readonly gateways: readonly Gateway[];
  readonly speaks: readonly number[];
}

/**
 * Which gateway brings which sensor, and whether it is heard.
 *
 * G1 A gateway that nobody hears is one outage, not the silence of each of its sensors: theirs is then not known.
 */
export class Gateways {
  private readonly list: Gateway[] = [];
  private readonly byId = new Map<string, number>();
  /** Sensor → gateway; −1 for none. */
  private speaks = new Int32Array(0);

  indexOf(id: string): number {
    return this.byId.get(id) ?? -1;
  }

  get size(): number {
    return this.list.length;
  }

  idOf(gateway: number): string {
    return (this.list[gateway] as Gateway).id;
  }

  /** A sensor has spoken through a gateway. @returns the gateway, and whether it had been out */
  hear(sensor: number, id: string, from: { readonly cadence: Millis | null; readonly at: Millis }): number {
    const usual = this.gatewayOf(sensor);
    let gateway = this.list[usual]?.id === id ? usual : this.byId.get(id);
    if (gateway === undefined) {
      gateway = this.list.length;
      this.byId.set(id, gateway);
      const fresh = { cadence: Number.POSITIVE_INFINITY, sensors: 0 };
      this.list.push({ id, lastSeen: from.at, outage: NO_OUTAGE, before: NO_OUTAGE, ...fresh });
    }
    const known = this.list[gateway] as Gateway;
    if (from.at > known.lastSeen) {
      if (this.isDown(gateway, from.at)) {
        known.before = known.outage;
        known.outage = { from: known.lastSeen, back: from.at };
      }
      known.lastSeen = from.at;
    } else if (from.at > known.outage.from && from.at < known.outage.back) hearWithin(known, from.at);
    // By those who were known till now: whoever speaks for the first time says nothing of the time before.
    if (usual !== gateway) this.assign(sensor, gateway, from.cadence);
    return gateway;
  }

  /** When it is out if it stays silent; Infinity for one that cannot be judged. */
  downAt(gateway: number): Millis {
    const known = this.list[gateway] as Gateway;
    return known.lastSeen + patience(known);
  }

  isDown(gateway: number, at: Millis): boolean {
    return at >= this.downAt(gateway);
  }

  /** Nothing can be said of the sensor's silence: its gateway is out, or back for less than the sensor's own cadence. */
  hides(sensor: number, at: Millis, cadence: Millis | null): boolean {
    const gateway = this.gatewayOf(sensor);
    if (gateway === -1) return false;
    if (this.isDown(gateway, at)) return true;
    const known = this.list[gateway] as Gateway;
    // Whoever waits for late readings asks of a time for which the newest outage is still to come.
    const { from, back } = at < known.outage.from + patience(known) ? known.before : known.outage;
    return at >= from + patience(known) && at < back + (cadence ?? 0);
  }

  gatewayOf(sensor: number): number {
    return this.speaks[sensor] ?? -1;
  }

  save(): SavedGateways {
    return { gateways: this.list.map((gateway) => ({ ...gateway })), speaks: [...this.speaks] };
  }

  restore(saved: SavedGateways): void {
    this.list.length = 0;
    this.byId.clear();
    for (const gateway of saved.gateways) {
      this.byId.set(gateway.id, this.list.length);
      this.list.push({ ...gateway });
    }
    this.speaks = Int32Array.from(saved.speaks);
  }

  private assign(sensor: number, gateway: number, cadence: Millis | null): void {
    if (sensor >= this.speaks.length) {
      const wider = new Int32Array(Math.max(sensor + 1, Math.ceil(this.speaks.length * 1.5), 64)).fill(-1);
      wider.set(this.speaks);
      this.speaks = wider;
    }
    this.speaks[sensor] = gateway;
    if (cadence === null) return;
    const known = this.list[gateway] as Gateway;
    known.sensors += 1;
    known.cadence = Math.min(known.cadence, cadence);
  }
}

function patience({ cadence, sensors }: Gateway): Millis {
  return sensors < SENSORS ? Number.POSITIVE_INFINITY : Math.max(LEAST, cadence * SILENT_AFTER);
}

/** A late word from the time in which a gateway was taken to be out: it was back earlier, or never out. */
function hearWithin(known: Gateway, at: Millis): void {
  const { from, back } = known.outage;
  if (at >= from + patience(known)) known.outage = { from, back: at };
  else if (back >= at + patience(known)) known.outage = { from: at, back };
  else known.outage = known.before;
}
