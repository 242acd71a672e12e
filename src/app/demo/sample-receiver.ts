import { openReceiver, ordersIn } from '../../../fixtures/receiver/receiver.mjs';
import { answerOrder } from './receiver-answer.ts';
import type { AnswerPlan } from './receiver-answer.ts';
import { lineOf } from './receiver-line.ts';
import type { Message, ReceivedLine } from './receiver-line.ts';

export interface ReceiverOptions {
  readonly party: string;
  /** Only orders of this street; absent: of all. */
  readonly street?: string;
  readonly secrets: readonly string[];
  readonly port: number;
  /** Where what was taken is kept. */
  readonly file: string;
  readonly answer: AnswerPlan | null;
  readonly print: (line: ReceivedLine) => void;
}

/** Something that the receiver did, under the id of the message that asked for it. */
export interface Effect {
  readonly id: string;
  readonly order: string;
  readonly type: string;
}

export interface SampleReceiver {
  readonly url: string;
  effects(): { readonly acted: readonly Effect[]; readonly repeated: number; readonly refused: number };
  close(): Promise<void>;
}

/** The reference receiver of `fixtures/receiver`, with a crew that prints each message and answers its order. */
export async function openSampleReceiver(options: ReceiverOptions): Promise<SampleReceiver> {
  const { party, street, secrets, port, file, answer, print } = options;
  const answering = new Map<string, AbortController>();
  const done = new Set<string>();
  const act = (message: Message, id: string): void => {
    const { type, data } = message;
    const { order, assignment } = data;
    print(lineOf(message));
    // Called again, after it was closed or when its crew was done, it was opened again or returned: that is answered anew.
    const over = type === 'order.closed' || type === 'order.cancelled';
    if (over || (type === 'order.dispatched' && done.delete(order.id))) {
      answering.get(order.id)?.abort();
      answering.delete(order.id);
    }
    if (over || answer === null || assignment.state !== 'dispatched' || answering.has(order.id)) return;
    const stop = new AbortController();
    answering.set(order.id, stop);
    const street = assignment.street ?? null;
    void answerOrder({ plan: answer, message: id, order: order.id, party, street, signal: stop.signal }).then(() => done.add(order.id));
  };
  const receiver = await openReceiver<Message>({
    secrets,
    file,
    port,
    act,
    accept: ({ data: { assignment } }) => assignment.party === party && (street === undefined || assignment.street === street),
  });
  return {
    url: receiver.url,
    effects: () => ({
      acted: [...receiver.taken].flatMap(([id, message]) =>
        ordersIn(message).map(({ type, data }) => ({ id, order: data.order.id, type })),
      ),
      ...receiver.counts,
    }),
    close: async () => {
      for (const stop of answering.values()) stop.abort();
      await receiver.close();
    },
  };
}
