import type { Attempt } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';

/** What the attempts of this process say about an endpoint; all `null` before the first. */
export interface EndpointHealth {
  /** When the first of the attempts without an answer began; `null` while it is not down. */
  readonly downSince: Millis | null;
  readonly lastSuccess: Millis | null;
  readonly lastFailure: { readonly at: Millis; readonly reason: string; readonly status: number | null } | null;
}

interface Noted extends Omit<EndpointHealth, 'downSince'> {
  readonly unansweredSince: Millis | null;
}

const NOTHING: Noted = { unansweredSince: null, lastSuccess: null, lastFailure: null };

/** Remembers how it went, by endpoint. A copy for MQTT that nobody need take is neither success nor failure. */
export class HealthBook {
  private readonly noted = new Map<string, Noted>();

  note(endpoint: string, { at, took, outcome }: Attempt): void {
    const before = this.noted.get(endpoint) ?? NOTHING;
    if (outcome.kind === 'unheard') return;
    if (outcome.kind === 'accepted') {
      this.noted.set(endpoint, { ...before, unansweredSince: null, lastSuccess: at + took });
      return;
    }
    const { reason, status } = outcome;
    const unansweredSince = status === null ? (before.unansweredSince ?? at) : null;
    this.noted.set(endpoint, { ...before, unansweredSince, lastFailure: { at: at + took, reason, status } });
  }

  of(endpoint: string, down: boolean): EndpointHealth {
    const { unansweredSince, ...rest } = this.noted.get(endpoint) ?? NOTHING;
    return { downSince: down ? unansweredSince : null, ...rest };
  }
}
