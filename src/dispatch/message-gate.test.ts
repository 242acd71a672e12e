import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Handling } from '../model/handling.ts';
import type { OrderMessage, OrderMessageType } from '../model/work-order.ts';
import { MessageGate } from './message-gate.ts';

const LIMIT = { limit: { messages: 3, within: 1_000 }, lifeSafety: ['fire'] } as const;

function messageOf(order: string, at: number, over: Partial<OrderMessage> = {}): OrderMessage {
  const type: OrderMessageType = over.type ?? 'order.updated';
  const body = JSON.stringify({ id: `${order}@${at}`, type, data: { order: { id: order, at }, assignment: { party: 'water' } } });
  return { kind: 'order-message', id: `${order}@${at}`, type, order, party: 'water', street: null, drill: false, at, body, ...over };
}

/** Drives a gate: what passes and what is released, in the order in which it goes out. */
class Rig {
  readonly out: { readonly at: number; readonly message: OrderMessage }[] = [];
  gate: MessageGate;
  private handling: Pick<Handling, 'limit' | 'lifeSafety'>;

  constructor(handling: Pick<Handling, 'limit' | 'lifeSafety'> = LIMIT) {
    this.handling = handling;
    this.gate = new MessageGate(handling);
  }

  say(at: number, order: string, over: Partial<OrderMessage> & { readonly sort?: string } = {}): this {
    this.pass(at);
    const { sort = 'flood', ...fields } = over;
    const message = messageOf(order, at, fields);
    for (const told of this.gate.pass({ message, sort, level: 'orange' })) this.out.push({ at, message: told });
    return this;
  }

  pass(at: number): this {
    for (let next = this.gate.next(); next <= at; next = this.gate.next()) {
      const now = Math.max(next, this.out.at(-1)?.at ?? 0);
      for (const message of this.gate.release(now)) this.out.push({ at: now, message });
    }
    return this;
  }

  withoutLimit(): this {
    this.handling = { ...this.handling, limit: null };
    return this.restart();
  }

  restart(): this {
    const saved = deserialize(serialize(this.gate.save())) as ReturnType<MessageGate['save']>;
    this.gate = new MessageGate(this.handling);
    this.gate.restore(saved);
    return this;
  }
}

interface Told {
  readonly type: string;
  readonly order: { readonly id: string; readonly at: number };
}

function toldBy({ body }: OrderMessage): Told[] {
  const { type, data } = JSON.parse(body) as { type: string; data: { order: Told['order']; digest?: Told[] } };
  return [{ type, order: data.order }, ...(data.digest ?? []).map((one) => ({ type: one.type, order: one.order }))];
}

const STORM = fc.array(
  fc.record({ wait: fc.nat(400), order: fc.constantFrom('a', 'b', 'c', 'd'), restart: fc.boolean(), fire: fc.nat(9) }),
  { minLength: 1, maxLength: 80 },
);

function play(
  storm: readonly { wait: number; order: string; restart: boolean; fire: number }[],
  handling = LIMIT as ConstructorParameters<typeof Rig>[0],
): Rig {
  const rig = new Rig(handling);
  let at = 0;
  for (const { wait, order, restart, fire } of storm) {
    at += wait;
    rig.say(at, order, fire === 0 ? { sort: 'fire' } : {});
    if (restart) rig.restart();
  }
  return rig.pass(at + 10_000);
}

describe('M1 nothing that is held is lost', () => {
  test('the last word on every order goes out, restarts or not', () => {
    fc.assert(
      fc.property(STORM, (storm) => {
        const rig = play(storm);
        const last = new Map<string, number>();
        let at = 0;
        for (const { wait, order } of storm) last.set(order, (at += wait));
        const heard = new Map<string, number>();
        for (const { message } of rig.out)
          for (const { order } of toldBy(message)) heard.set(order.id, Math.max(heard.get(order.id) ?? 0, order.at));
        expect(heard).toEqual(last);
      }),
    );
  });

  test('a digest names each order once, the most urgent first, under the most urgent word that was held of it', () => {
    const rig = new Rig().say(0, 'a').say(1, 'a').say(2, 'a');
    rig.say(3, 'b', { type: 'order.dispatched' }).say(4, 'c', { type: 'order.escalated' }).say(5, 'b').pass(1_000);
    expect(rig.out).toHaveLength(4);
    expect(toldBy(rig.out[3]?.message as OrderMessage)).toEqual([
      { type: 'order.dispatched', order: { id: 'b', at: 5 } },
      { type: 'order.escalated', order: { id: 'c', at: 4 } },
    ]);
    expect(rig.gate.ordersOf(rig.out[3]?.message.id ?? '')).toEqual(['b', 'c']);
  });

  test('what takes the place of a held message comes after what was told before that one', () => {
    const naming = (at: number, ...ids: string[]) => {
      const { body } = messageOf('a', at);
      return { body: body.replace('"order":', `"earlier":${JSON.stringify(ids.map((id) => ({ id })))},"order":`) };
    };
    const rig = new Rig().say(0, 'a').say(1, 'b').say(2, 'c');
    rig
      .say(3, 'a', naming(3, 'a@0'))
      .say(4, 'a', naming(4, 'a@0', 'a@3'))
      .say(5, 'b')
      .pass(2_000);
    const { data } = JSON.parse(rig.out.at(-1)?.message.body ?? '') as {
      data: { order: { at: number }; earlier?: unknown; digest?: { order: { id: string; at: number }; earlier?: unknown }[] };
    };
    const told = [data, ...(data.digest ?? [])].find((one) => one.order.at === 4);
    expect(told?.earlier).toEqual([{ id: 'a@0' }]);
    const first = new Rig().say(0, 'x').say(1, 'y').say(2, 'z').say(3, 'a').say(4, 'a', naming(4, 'a@3')).pass(2_000);
    expect(first.out.at(-1)?.message.body).not.toContain('earlier');
  });

  test('what has come down to one order is that order’s own message', () => {
    const rig = new Rig().say(0, 'a').say(1, 'a').say(2, 'a').say(3, 'b').say(4, 'b').pass(1_000);
    expect(rig.out.at(-1)?.message).toMatchObject({ order: 'b', id: 'b@4', at: 1_000 });
  });
});

describe('the newest standing of an order wins', () => {
  const typesOf = (...types: OrderMessageType[]): string[] => {
    const rig = new Rig().say(0, 'a').say(1, 'a').say(2, 'a');
    types.forEach((type, i) => void rig.say(3 + i, 'b', { type }));
    return rig
      .say(50, 'c')
      .pass(2_000)
      .out.slice(3)
      .flatMap(({ message }) => toldBy(message).map(({ type, order }) => `${order.id} ${type}`));
  };

  test.each<readonly [OrderMessageType[], string]>([
    [['order.closed', 'order.dispatched'], 'b order.dispatched'],
    [['order.closed', 'order.dispatched', 'order.updated'], 'b order.dispatched'],
    [['order.cancelled', 'order.escalated'], 'b order.escalated'],
    [['order.dispatched', 'order.closed'], 'b order.closed'],
    [['order.dispatched', 'order.updated', 'order.cancelled'], 'b order.cancelled'],
    [['order.dispatched', 'order.updated'], 'b order.dispatched'],
  ])('%s', (types, told) => {
    expect(typesOf(...types)).toContain(told);
  });

  test('what calls the party stands before what is over', () => {
    const rig = new Rig().say(0, 'a').say(1, 'a').say(2, 'a');
    rig.say(3, 'x', { type: 'order.closed' }).say(4, 'y', { type: 'order.updated' }).say(5, 'z', { type: 'order.escalated' }).pass(2_000);
    expect(toldBy(rig.out[3]?.message as OrderMessage).map(({ type }) => type)).toEqual([
      'order.escalated',
      'order.updated',
      'order.closed',
    ]);
  });
});

describe('the id of a digest', () => {
  const digestOf = (from: number, ...orders: string[]): OrderMessage => {
    const rig = new Rig();
    for (const order of ['p', 'q', 'r', ...orders]) rig.say(from, order);
    return rig.pass(from + 2_000).out.at(-1)?.message as OrderMessage;
  };

  test('is the same when it is made again, and another for other orders or another time, as in another installation', () => {
    expect(digestOf(0, 'a', 'b')).toEqual(digestOf(0, 'a', 'b'));
    const ids = [digestOf(0, 'a', 'b'), digestOf(0, 'a', 'c'), digestOf(5_000, 'a', 'b')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  test('is not that of the digest before', () => {
    const rig = new Rig();
    for (let at = 0; at < 4_000; at += 100) rig.say(at, `o${at % 700}`);
    const digests = rig.pass(9_000).out.filter(({ message }) => message.digest !== undefined);
    expect(digests.length).toBeGreaterThan(2);
    expect(new Set(digests.map(({ message }) => message.id)).size).toBe(digests.length);
    expect(new Set(digests.map(({ message }) => message.order)).size).toBe(digests.length);
    expect(digests[0]?.message.digest).toEqual(
      toldBy(digests[0]?.message as OrderMessage).map(({ type, order }) => ({ type, order: order.id })),
    );
  });
});

describe('where the limit is taken away', () => {
  test('what was held goes at once, and nothing goes before it', () => {
    const rig = new Rig();
    for (let at = 0; at < 5; at += 1) rig.say(at, `o${at}`);
    rig.say(5, 'd1', { drill: true });
    rig.withoutLimit().say(6, 'o4').say(7, 'new');
    const told = rig.out.slice(3).map(({ message }) => toldBy(message).map(({ order }) => `${order.id}@${order.at}`));
    expect(told).toEqual([['d1@5'], ['o3@3', 'o4@4'], ['o4@6'], ['new@7']]);
    expect(rig.gate.next()).toBe(Number.POSITIVE_INFINITY);
  });

  test('also where the next message comes before the clock', () => {
    const rig = new Rig();
    for (let at = 0; at < 4; at += 1) rig.say(at, 'a');
    rig.withoutLimit();
    expect(rig.gate.pass({ message: messageOf('a', 9), sort: 'flood', level: 'orange' })).toEqual([]);
    expect(rig.gate.release(9).flatMap(toldBy)).toEqual([{ type: 'order.updated', order: { id: 'a', at: 9 } }]);
  });
});

describe('M2 life safety has a lane of its own', () => {
  test('a fire in the middle of a storm passes at once, and counts for nothing', () => {
    const rig = new Rig();
    for (let i = 0; i < 100; i += 1) rig.say(i, `o${i}`);
    rig.say(50, 'fire', { sort: 'fire' });
    expect(rig.out.map(({ message }) => message.order)).toEqual(['o0', 'o1', 'o2', 'fire']);
  });

  test('and says what was held of its order before: nothing older comes after it', () => {
    const rig = new Rig();
    for (let i = 0; i < 5; i += 1) rig.say(i, 'a', i === 3 ? { type: 'order.dispatched' } : {});
    rig.say(6, 'a', { sort: 'fire' }).pass(5_000);
    expect(rig.out.map(({ at }) => at)).toEqual([0, 1, 2, 6]);
    expect(toldBy(rig.out[3]?.message as OrderMessage)).toEqual([{ type: 'order.dispatched', order: { id: 'a', at: 6 } }]);
  });
});

describe('M3 no receiver gets more than the limit in any span of that length', () => {
  test('whatever comes, restarts or not', () => {
    fc.assert(
      fc.property(STORM, (storm) => {
        const calm = storm.map((one) => ({ ...one, fire: 1 }));
        const times = play(calm).out.map(({ at }) => at);
        times.forEach((at, i) => expect((times[i + LIMIT.limit.messages] ?? Infinity) - at).toBeGreaterThanOrEqual(LIMIT.limit.within));
      }),
    );
  });

  test('negative control: without a limit it does', () => {
    const rig = new Rig({ limit: null, lifeSafety: [] });
    for (let i = 0; i < 10; i += 1) rig.say(i, 'a');
    expect(rig.out).toHaveLength(10);
  });

  test('an exercise holds up nothing real', () => {
    const rig = new Rig();
    for (let i = 0; i < 5; i += 1) rig.say(i, `d${i}`, { drill: true });
    rig.say(6, 'real');
    expect(rig.out.at(-1)?.message.order).toBe('real');
  });
});
