import type { Receipt } from '../model/receipt.ts';
import type { Report } from '../model/reading.ts';
import type { RejectionCode } from '../model/rejection.ts';

/** Why a message, or one member of it, is no report; the core adds gateway, topic, time and sample. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: RejectionCode;
  /** JSON pointer into the payload; `''` is the whole of it. */
  readonly pointer: string;
  readonly detail: string;
}

/** What one message says. `codec` is a metric label: a codec that we do not have is `unknown`. */
export type Decoded =
  | {
      readonly kind: 'reports';
      readonly codec: string;
      readonly reports: readonly Report[];
      /** Where in the batch each report stood, so that a later refusal can point at it; `null` when the message was one reading. */
      readonly members: readonly number[] | null;
      readonly rejections: readonly Refused[];
    }
  | { readonly kind: 'receipt'; readonly codec: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly codec: string; readonly rejection: Refused };

export function refused(code: RejectionCode, pointer: string, detail: string): Refused {
  return { kind: 'refused', code, pointer, detail };
}

/** One step of a JSON pointer; a hostile key is cut so that no pointer outgrows its message. */
export function pointerStep(key: string): string {
  const short = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return `/${short.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
