import { senderOf } from '../model/sender.ts';
import { gatewayOf, isAuditFilter, useOf } from './topic.ts';

/** What a log-in may do. A password is for one of the two: who reports does not answer, and who answers does not report. */
export type Grant =
  | { readonly kind: 'gateway'; readonly gateway: string }
  | { readonly kind: 'party'; readonly party: string /** `null`: the party with all its offices. */; readonly street: string | null };

export interface LogIn {
  readonly passwordHash: string;
  readonly grant: Grant;
}

/** For whom a receipt on this topic speaks is decided where its payload is read: the sender travels with it. */
export function mayPublish(grant: Grant, topic: string): boolean {
  const use = useOf(topic);
  return grant.kind === 'party' ? use === 'receipt' : use === 'telemetry' && gatewayOf(topic) === grant.gateway;
}

export function maySubscribe(grant: Grant, filter: string): boolean {
  if (grant.kind === 'gateway') return false;
  if (isAuditFilter(filter)) return true;
  const own = `orders/${senderOf(grant.party, grant.street)}`;
  return [own, `drill/${own}`].some((root) => filter === root || filter.startsWith(`${root}/`));
}
