/** What a topic is for, seen from a client that publishes. */
export type TopicUse = 'telemetry' | 'receipt' | 'astray';

const CITY = 'city/';
const RECEIPT = /^orders\/[^/]+\/receipts$/;

export function useOf(topic: string): TopicUse {
  if (topic.startsWith(CITY)) return 'telemetry';
  return RECEIPT.test(topic) ? 'receipt' : 'astray';
}

/** The second level of `city/…`, `''` for every other topic. */
export function gatewayOf(topic: string): string {
  if (!topic.startsWith(CITY)) return '';
  const end = topic.indexOf('/', CITY.length);
  return end < 0 ? topic.slice(CITY.length) : topic.slice(CITY.length, end);
}

export function isOrderFilter(filter: string): boolean {
  return filter.startsWith('orders/') || filter.startsWith('drill/orders/');
}

/** Signatures of the audit record: the more of those concerned hold one, the better. */
export function isAuditFilter(filter: string): boolean {
  return filter === 'audit/checkpoint';
}

export function isCityFilter(filter: string): boolean {
  return filter.startsWith(CITY);
}

/** MQTT 3.1.1 section 4.7; filters here never begin with a wildcard. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return levels.length >= index;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Topics and ids come from outside and may have 65,535 bytes: this much of them is said in events. */
export function brief(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
