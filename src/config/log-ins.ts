import type { Problem } from '../model/problem.ts';
import { senderOf } from '../model/sender.ts';
import type { Config } from './config.ts';
import type { RawConfig } from './environment.ts';
import { pointerOf } from './json-pointer.ts';

/** Who may log in to the embedded broker, under which name. */
export interface LogInConfig {
  readonly user: string;
  readonly passwordHash: string;
  readonly as:
    | { readonly kind: 'gateway'; readonly gateway: string }
    | { readonly kind: 'party'; readonly party: string; readonly street: string | null };
}

export function logInsOf(config: Pick<Config, 'gateways' | 'parties'>): LogInConfig[] {
  const found: LogInConfig[] = [];
  for (const [gateway, { passwordHash }] of Object.entries(config.gateways))
    if (passwordHash !== null) found.push({ user: gateway, passwordHash, as: { kind: 'gateway', gateway } });
  const addParty = (party: string, street: string | null, mqtt: { readonly passwordHash: string } | null): void => {
    if (mqtt !== null) found.push({ user: senderOf(party, street), passwordHash: mqtt.passwordHash, as: { kind: 'party', party, street } });
  };
  for (const [party, { mqtt, byStreet }] of Object.entries(config.parties)) {
    addParty(party, null, mqtt);
    for (const [street, desk] of Object.entries(byStreet)) addParty(party, street, desk.mqtt);
  }
  return found;
}

/** One name has one password and one purpose. Of offices the names hold a slash, so only whole parties can meet a gateway. */
export function checkLogIns(raw: RawConfig, file: string, problems: Problem[]): void {
  for (const [party, { mqtt }] of Object.entries(raw.parties ?? {})) {
    if (mqtt?.passwordHash === undefined || !Object.hasOwn(raw.gateways ?? {}, party) || raw.gateways?.[party]?.passwordHash === undefined)
      continue;
    problems.push({
      code: 'config-log-in-twice',
      file,
      pointer: pointerOf(['parties', party, 'mqtt']),
      message: 'A gateway with a password has the same name; give the gateway another one.',
    });
  }
}
