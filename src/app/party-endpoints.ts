import type { Config } from '../config/config.ts';
import { endpointsOf } from '../config/endpoints.ts';
import type { Delivery, Endpoint } from '../model/delivery.ts';

/** Party, and the street whose office it is; `null`: the party as a whole. */
export interface Served {
  readonly party: string;
  readonly street: string | null;
}

export interface Rotation {
  /** How many webhooks sign with other secrets than before. */
  readonly changed: number;
  /** Pointers of what differs and needs a restart. */
  readonly ignored: readonly string[];
}

/**
 * Where the parties are reached, and what is signed with. Addresses are those of the start; secrets may be changed while it
 * runs, and the next attempt of whatever waits is signed by those of then.
 */
export class PartyEndpoints {
  private parties: Config['parties'];

  constructor(config: Pick<Config, 'parties'>) {
    this.parties = config.parties;
  }

  readonly of = (party: string, street: string | null): Endpoint[] => endpointsOf({ parties: this.parties }, party, street);

  /** `null`: its webhook is not configured any more. */
  readonly secretsOf = ({ party, street, endpoint }: Delivery): readonly string[] | null => {
    const known = this.of(party, street).find(({ id }) => id === endpoint.id);
    return known?.kind === 'webhook' ? known.secrets : null;
  };

  /** Every configured webhook with whom it serves. */
  all(): Map<string, { readonly endpoint: Endpoint; readonly serves: Served[] }> {
    const found = new Map<string, { readonly endpoint: Endpoint; readonly serves: Served[] }>();
    for (const [party, { byStreet }] of Object.entries(this.parties)) {
      for (const street of [null, ...Object.keys(byStreet)]) {
        for (const endpoint of this.of(party, street)) {
          const known = found.get(endpoint.id) ?? { endpoint, serves: [] };
          found.set(endpoint.id, known);
          // What a party gets everywhere need not be said again for each street.
          if (!known.serves.some((one) => one.party === party && one.street === null)) known.serves.push({ party, street });
        }
      }
    }
    return found;
  }

  /** Takes over the secrets of webhooks that are there already, and nothing else. */
  rotate(next: Pick<Config, 'parties'>): Rotation {
    const ignored: string[] = [];
    let changed = 0;
    const take = <T extends { readonly webhooks: Config['parties'][string]['webhooks'] }>(
      before: T,
      after: { readonly webhooks: T['webhooks'] } | undefined,
      base: string,
    ): T => {
      const urls = new Set(before.webhooks.map(({ url }) => url));
      after?.webhooks.forEach(({ url }, index) => urls.has(url) || ignored.push(`${base}/webhooks/${index}`));
      const webhooks = before.webhooks.map((one, index) => {
        const today = after?.webhooks.find(({ url }) => url === one.url);
        if (today === undefined || today.drills !== one.drills) ignored.push(`${base}/webhooks/${index}`);
        if (today === undefined || today.secrets.join(' ') === one.secrets.join(' ')) return one;
        changed += 1;
        return { ...one, secrets: today.secrets };
      });
      return { ...before, webhooks };
    };
    const parties = Object.entries(this.parties).map(([id, party]) => {
      const after = next.parties[id];
      const desks = Object.entries(party.byStreet).map(([street, desk]) => [
        street,
        take(desk, after?.byStreet[street], `/parties/${id}/byStreet/${street}`),
      ]);
      return [id, { ...take(party, after, `/parties/${id}`), byStreet: withoutPrototype(desks) }];
    });
    for (const id of Object.keys(next.parties)) if (this.parties[id] === undefined) ignored.push(`/parties/${id}`);
    this.parties = withoutPrototype(parties);
    return { changed, ignored: [...new Set(ignored)] };
  }
}

/** So that a party called `constructor` is not found where there is none. */
function withoutPrototype<T>(entries: readonly unknown[][]): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries as [string, T][]));
}
