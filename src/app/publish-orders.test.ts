import { describe, expect, it } from 'vitest';
import type { Broker } from '../ingest/broker.ts';
import { IngestError, type IngestErrorCode } from '../ingest/ingest-error.ts';
import { Refusal } from '../model/problem.ts';
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
      (party, street) => webhook && (party !== 'street' || street === '310104001'),
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
    expect(await bench(['orders/street']).send('orders/street/310104003', '{}')).toBe('taken');
    expect(await bench(['orders/street/310104003']).send('orders/street/310104003', '{}')).toBe('taken');
  });

  it('have reached nobody where nobody listens and nothing else reaches the party', async () => {
    expect(await bench([]).send('orders/ops', '{}')).toBe('nobody');
  });

  it('are a mirror where the party has a webhook, and for drills', async () => {
    expect(await bench([], { webhook: true }).send('orders/fire', '{}')).toBe('mirror');
    expect(await bench([]).send('drill/orders/fire', '{}')).toBe('mirror');
  });

  it('have reached nobody at the office of one street, though that of another has a webhook', async () => {
    const { send } = bench([], { webhook: true });
    expect(await send('orders/street/310104001', '{}')).toBe('mirror');
    expect(await send('orders/street/310104003', '{}')).toBe('nobody');
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

  it('are written on each topic as whoever listens there asks', async () => {
    const sent: string[] = [];
    const publish = (topic: string, body: string | Uint8Array): Promise<void> => {
      sent.push(`${topic} ${String(body)}`);
      return Promise.resolve();
    };
    const send = publishOrders(
      () => ({ publish }) as Partial<Broker> as Broker,
      () => false,
      (party, street, body) => `${party} ${street} ${body}`,
    );
    await send('drill/orders/street/310104003', '{}');
    expect(sent).toEqual(['drill/orders/street/310104003 street 310104003 {}', 'drill/orders/street street null {}']);
  });

  it('are not published where they cannot be written', async () => {
    const { tried } = bench(['orders/fire']);
    const send = publishOrders(
      () => ({ publish: (topic: string) => Promise.resolve(void tried.push(topic)) }) as Partial<Broker> as Broker,
      () => false,
      () => {
        throw new Refusal('format-unmappable', 'no');
      },
    );
    await expect(send('orders/fire', '{}')).rejects.toThrow(Refusal);
    expect(tried).toEqual([]);
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
