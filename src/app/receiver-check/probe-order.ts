import { fingerprint } from '../../model/fingerprint.ts';
import { isoTime, type Millis } from '../../model/time.ts';

export interface ProbeTo {
  readonly party: string;
  readonly street: string | null;
}

export interface ProbeOrder {
  /** `webhook-id` */
  readonly id: string;
  readonly order: string;
  readonly body: string;
}

/** Several orders told in one message, as when they come too fast. */
export function probeDigest(
  to: ProbeTo,
  nonces: readonly string[],
  at: Millis,
): { readonly orders: readonly string[]; readonly probe: ProbeOrder } {
  const [first, ...others] = nonces.map((nonce) => probeOrder(to, nonce, at)) as [ProbeOrder, ...ProbeOrder[]];
  const { data, ...body } = JSON.parse(first.body) as { readonly data: object };
  const digest = others.map((other) => {
    const { type, data: told } = JSON.parse(other.body) as { readonly type: string; readonly data: object };
    return { type, ...told };
  });
  const probe = { ...first, body: JSON.stringify({ ...body, data: { ...data, digest } }) };
  return { orders: [first, ...others].map(({ order }) => order), probe };
}

/** An order like those of Maibo, and a drill, so that nobody is sent out. `nonce` makes its ids its own. */
export function probeOrder({ party, street }: ProbeTo, nonce: string, at: Millis, extra: object = {}): ProbeOrder {
  const id = fingerprint('msg', nonce);
  const order = fingerprint('wo', nonce);
  const title = { zh: '接收方检查（演练）', en: 'Receiver check (a drill)' };
  const place = { id: 'receiver-check', name: title, street, at: null, crs: 'WGS84' };
  const alert = { rule: 'receiver-check', version: 1, key: 'place:receiver-check', level: 'blue', since: isoTime(at), because: title };
  const times = { accept: isoTime(at + 300_000), arrive: isoTime(at + 900_000), close: isoTime(at + 3_600_000) };
  const body = {
    id,
    type: 'order.dispatched',
    timestamp: isoTime(at),
    data: {
      order: {
        id: order,
        level: 'blue',
        title,
        incident: fingerprint('in', nonce),
        place,
        alerts: [alert],
        drill: true,
        links: { self: `/api/v1/orders/${order}` },
      },
      assignment: { party, ...(street === null ? {} : { street }), role: 'lead', state: 'dispatched', due: times },
    },
    ...extra,
  };
  return { id, order, body: JSON.stringify(body) };
}
