import { describe, expect, it } from 'vitest';
import type { Broker } from '../ingest/broker.ts';
import { IngestError, type IngestErrorCode } from '../ingest/ingest-error.ts';
import { publishOrders } from './publish-orders.ts';

/** A broker on which only some topics are listened to. */
function bench(
  listened: readonly string[],
  { webhook = false, otherwise = 'no-subscriber' }: { webhook?: boolean; otherwise?: IngestErrorCode } = {},
) {
  const tried: string[] = [];
  const publish = (topic: string): Promise<void> => {
    tried.push(topic);
    return listened.includes(topic) ? Promise.resolve() : Promise.reject(new IngestError(otherwise));
  };
  return {
    tried,
    send: publishOrders(
      () => ({ publish }) as Partial<Broker> as Broker,
      () => webhook,
    ),
  };
}

describe('orders by MQTT', () => {
  it('go to the topic of the street office and to that of all offices', async () => {
    const { send, tried } = bench(['orders/street', 'orders/street/310104003']);
    await send('orders/street/310104003', '{}');
    expect(tried).toEqual(['orders/street/310104003', 'orders/street']);
  });

  it('are delivered when either is taken', async () => {
    await bench(['orders/street']).send('orders/street/310104003', '{}');
    await bench(['orders/street/310104003']).send('orders/street/310104003', '{}');
  });

  it('are tried again where nobody listens and nothing else reaches the party', async () => {
    await expect(bench([]).send('orders/ops', '{}')).rejects.toThrow('no-subscriber');
  });

  it('are a mirror where the party has a webhook, and for drills', async () => {
    await bench([], { webhook: true }).send('orders/fire', '{}');
    await bench([]).send('drill/orders/fire', '{}');
  });

  it('are tried again when somebody listens and does not acknowledge, webhook or not', async () => {
    const { send } = bench([], { webhook: true, otherwise: 'not-acknowledged' });
    await expect(send('orders/fire', '{}')).rejects.toThrow('not-acknowledged');
  });

  it('name the general topic of a drill too', async () => {
    const { send, tried } = bench([]);
    await send('drill/orders/street/310104003', '{}');
    expect(tried).toEqual(['drill/orders/street/310104003', 'drill/orders/street']);
  });

  it('wait for the broker to be open', async () => {
    await expect(
      publishOrders(
        () => null,
        () => false,
      )('orders/fire', '{}'),
    ).rejects.toThrow('broker-lost');
  });
});
