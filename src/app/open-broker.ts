import type { Config } from '../config/config.ts';
import { logInsOf } from '../config/log-ins.ts';
import type { Broker } from '../ingest/broker.ts';
import { openEmbeddedBroker } from '../ingest/embedded-broker.ts';
import { openExternalBroker } from '../ingest/external-broker.ts';
import type { LogIn } from '../ingest/grant.ts';
import { IngestError } from '../ingest/ingest-error.ts';
import type { Intake } from '../ingest/intake.ts';
import { Refusal } from '../model/problem.ts';
import type { Emit } from '../telemetry/events.ts';

export interface BrokerWiring {
  readonly intake: Intake;
  /** Anybody may publish as anybody: only on loopback addresses. */
  readonly open: boolean;
  readonly emit: Emit;
}

/** The embedded broker, or the existing one that the configuration names. */
export async function openBroker(config: Config, { intake, open, emit }: BrokerWiring): Promise<Broker> {
  const limits = { packetBytes: config.ingest.maxPacketBytes, undurableBytes: config.ingest.undurableBytes };
  if (config.mqtt.url !== null)
    return openExternalBroker({ url: config.mqtt.url, clientId: 'maibo', intake, undurableBytes: limits.undurableBytes, emit });
  const { host, port } = config.mqtt;
  try {
    return await openEmbeddedBroker({ host, port, intake, logIns: open ? null : grantsOf(config), limits, emit });
  } catch (error) {
    if (!(error instanceof IngestError) || error.code !== 'address-unusable') throw error;
    throw new Refusal('port-taken', `MQTT port ${port} on ${host} cannot be used; set MAIBO_MQTT_PORT to another, or 0 for a free one.`);
  }
}

function grantsOf(config: Config): Map<string, LogIn> {
  return new Map(logInsOf(config).map(({ user, passwordHash, as }) => [user, { passwordHash, grant: as }]));
}
