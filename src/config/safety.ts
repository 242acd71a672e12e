import { Refusal } from '../model/problem.ts';
import type { Config } from './config.ts';
import { logInsOf } from './log-ins.ts';

/** Which doors let anyone in. A closed door asks for a password (MQTT) or a token (HTTP). */
export interface OpenDoors {
  readonly http: boolean;
  readonly mqtt: boolean;
}

/**
 * A door is open when the configuration says so, or, on a loopback address where it says nothing, when no credentials are
 * configured for it. Whoever configures credentials means them.
 */
export function openDoors(config: Config): OpenDoors {
  if (config.security !== null) return { http: config.security === 'open', mqtt: config.security === 'open' };
  return {
    http: isLoopback(config.http.host) && config.tokens.length === 0,
    mqtt: isLoopback(config.mqtt.host) && logInsOf(config).length === 0,
  };
}

/** Refuses, in one sentence, a server that strangers could reach without credentials. */
export function assertSafe(config: Config): void {
  const open = openDoors(config);
  const reasons = [httpReason(config, open), config.mqtt.url === null ? mqttReason(config, open) : null].filter(
    (reason) => reason !== null,
  );
  if (reasons.length > 0) throw new Refusal('config-unsafe', `Maibo does not start: ${reasons.join('; and ')}.`);
}

function httpReason(config: Config, open: OpenDoors): string | null {
  const { host } = config.http;
  if (open.http)
    return isLoopback(host)
      ? null
      : `security "open" is for loopback addresses, and http.host is ${host}, where others could read and answer orders`;
  return config.tokens.length > 0
    ? null
    : `http.host is ${host} and there are no tokens, so that nobody, or anybody, could use the API: add "tokens", or listen on 127.0.0.1`;
}

function mqttReason(config: Config, open: OpenDoors): string | null {
  const { host } = config.mqtt;
  if (open.mqtt)
    return isLoopback(host)
      ? null
      : `security "open" is for loopback addresses, and mqtt.host is ${host}, where others could publish false readings`;
  return hasPasswords(config)
    ? null
    : `mqtt.host is ${host} and there are no gateways with a passwordHash, so that nobody, or anybody, could publish: add "gateways"${isLoopback(host) ? '' : ', or listen on 127.0.0.1'}`;
}

function hasPasswords(config: Config): boolean {
  return Object.values(config.gateways).some((gateway) => gateway.passwordHash !== null);
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
