import type { Text } from '../model/text.ts';
import type { OpenOrder } from './open-order.ts';

/** So many are named; of the others the number is said. */
const NAMED = 10;

/** What whoever ends an order must know: signs of it that stand still, and will open another one when they get worse. */
export function standingSigns({ order, calm }: OpenOrder): Text | null {
  const standing = calm ? [] : order.alerts.filter(({ resolvedAt }) => resolvedAt === null);
  if (standing.length === 0) return null;
  const names = standing.slice(0, NAMED).map(({ rule, key, level }) => `${rule}@${key} (${level})`);
  const more = standing.length - names.length;
  return {
    zh: `仍在告警：${names.join('，')}${more === 0 ? '' : `，另有 ${more} 项`}。`,
    en: `Still alarming: ${names.join(', ')}${more === 0 ? '' : `, and ${more} more`}.`,
  };
}
