import type { Alert, AlertReset } from '../model/alert.ts';
import type { Entry } from './open-order.ts';

/** Who reset which alert, in the trail of its order. */
export function resetEntry({ rule, subject }: Alert, { by, note }: AlertReset): Entry {
  return { what: 'alert.reset', by, note: `${rule}@${subject.key}${note === null ? '' : `: ${note}`}`, door: 'http' };
}
