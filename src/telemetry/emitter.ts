import type { Logger } from 'pino';
import { EVENT_TABLE } from './event-table.ts';
import type { Row } from './event-table.ts';
import type { Emit, EventName, TelemetryEvent } from './events.ts';
import type { Metrics } from './metrics.ts';

export interface EmitterOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One call at each happening: the table says how loud it is in the log and what it counts. Never throws. */
export function createEmitter(options: EmitterOptions): Emit {
  const { logger, metrics } = options;
  return (event) => {
    const row = EVENT_TABLE[event.name] as Row<EventName>;
    metrics.events.inc({ event: event.name });
    row.count?.(metrics, event);
    if (row.level !== null && logger.isLevelEnabled(row.level)) logger[row.level](fieldsOf(event), row.say);
  };
}

function fieldsOf(event: TelemetryEvent): Record<string, unknown> {
  const { name, ...fields } = event;
  return { event: name, ...fields };
}
