export type SavedRefused = readonly (readonly [delivery: string, party: string])[];

/**
 * What receivers of one order refused for good, and nothing has made up for yet, in the order in which it was refused.
 * A later message of an order tells all that the earlier ones told: what is taken makes up for what was refused before it.
 */
export class RefusedDeliveries {
  private readonly byId = new Map<string, string>();

  add(delivery: string, party: string): void {
    this.byId.set(delivery, party);
  }

  of(party: string): readonly string[] {
    return [...this.byId].filter(([, whose]) => whose === party).map(([delivery]) => delivery);
  }

  /** The party took this message for these endpoints. @returns whether that made up for anything */
  taken(message: string, party: string, endpoints: readonly string[]): boolean {
    let any = false;
    for (const endpoint of endpoints) {
      const there = this.of(party).filter((delivery) => endpointOf(delivery) === endpoint);
      // One that was never refused comes after those that were: a lane is first in, first out.
      const last = there.findIndex((delivery) => messageOf(delivery) === message);
      for (const delivery of last === -1 ? there : there.slice(0, last + 1)) any = this.byId.delete(delivery);
    }
    return any;
  }

  save(): SavedRefused {
    return [...this.byId];
  }

  restore(saved: SavedRefused): void {
    this.byId.clear();
    for (const [delivery, party] of saved) this.add(delivery, party);
  }
}

/** The id of a delivery is that of its message, and where it goes. */
export function messageOf(delivery: string): string {
  return delivery.split('@', 1)[0] as string;
}

export function endpointOf(delivery: string): string {
  return delivery.slice(messageOf(delivery).length + 1);
}
