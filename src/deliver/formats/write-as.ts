import type { OrderFormat } from '../../model/delivery.ts';
import { Refusal } from '../../model/problem.ts';
import { capAlert, type CapSender } from './cap.ts';
import { binaryEvent, structuredEvent } from './cloud-event.ts';
import type { Written } from './written.ts';

/** What the formats need to know beside the stored body; the same at every attempt, since it is read once at the start. */
export interface FormatSettings {
  /** Of CloudEvents: URI-reference. */
  readonly source: string;
  /** `null` where no receiver may ask for CAP. */
  readonly cap: CapSender | null;
}

/**
 * The stored body in the format that its receiver asks for.
 * @param settings absent where everybody gets the body as it is
 * @throws Refusal `format-unmappable`: it never will be written, so the delivery is parked and people hear of it
 */
export function writeAs(body: string, format: OrderFormat | undefined, settings: FormatSettings | undefined): Written {
  if (format === undefined || format === 'maibo') return { headers: { 'content-type': 'application/json' }, body };
  try {
    if (settings !== undefined && format === 'cloudevents') return structuredEvent(body, settings.source);
    if (settings !== undefined && format === 'cloudevents-binary') return binaryEvent(body, settings.source);
    const cap = settings?.cap ?? null;
    if (cap !== null) return capAlert(body, cap);
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
  throw new Refusal('format-unmappable', 'the stored message cannot be written in the format that its receiver asks for');
}
