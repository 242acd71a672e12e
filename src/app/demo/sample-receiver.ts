/**
 * A receiver of work orders, kept small on purpose: start from it when you connect a system of your own.
 *
 * 1. Verify first, on the bytes as they came: `webhook-id`, `webhook-timestamp` and `webhook-signature` as Standard Webhooks
 *    says (any library of it will do). Refuse what is older or newer than 5 minutes. Answer 401.
 * 2. Keep the `webhook-id` on disk, then answer 2xx, within 15 seconds. Keep ids for 30 days or longer. The same message may
 *    come twice, always under the same id: answer 2xx again and do nothing. That way you act once.
 * 3. Answer 503 or 429 (with Retry-After) when you cannot take it now: it comes again, without end. Any other 4xx, and any
 *    redirect, means never: the delivery is parked and a person is called.
 * 4. Messages of one order come in order: the next one comes only after you took the one before.
 * 5. Answer with receipts: POST {Maibo}/api/v1/orders/{order}/receipts, accepted → on-site → resolved (or declined), each
 *    with an id of your own. A repeated id changes nothing, so repeat it until it is answered.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { verifySignature } from '../../deliver/sign.ts';
import { openBook } from './receiver-book.ts';
import type { Effect } from './receiver-book.ts';
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
  /** Where the ids are kept; absent: in memory, which is good for a demonstration only. */
  readonly directory?: string;
  readonly answer: AnswerPlan | null;
  readonly print: (line: ReceivedLine) => void;
}

export interface SampleReceiver {
  readonly url: string;
  effects(): { readonly acted: readonly Effect[]; readonly repeated: number; readonly refused: number };
  close(): Promise<void>;
}

export async function openSampleReceiver(options: ReceiverOptions): Promise<SampleReceiver> {
  const { party, street, secrets, port, directory, answer, print } = options;
  const book = openBook(directory === undefined ? null : join(directory, `${party}${street === undefined ? '' : `-${street}`}.ids`));
  const answering = new Map<string, AbortController>();
  const counts = { repeated: 0, refused: 0 };

  const take = (request: IncomingMessage, body: Buffer): number => {
    const verified = verifySignature({ headers: request.headers, body, secrets, now: Date.now() });
    if (verified.kind === 'refused') return 401;
    const message = JSON.parse(body.toString()) as Message;
    const { order, assignment } = message.data;
    if (assignment.party !== party || (street !== undefined && assignment.street !== street)) return 422;
    if (book.has(verified.id)) counts.repeated += 1;
    else {
      book.write({ id: verified.id, order: order.id, type: message.type });
      act(message);
    }
    return 204;
  };

  const act = (message: Message): void => {
    const { type, data } = message;
    const { order, assignment } = data;
    print(lineOf(message));
    if (type === 'order.closed' || type === 'order.cancelled') answering.get(order.id)?.abort();
    else if (answer !== null && assignment.state === 'dispatched' && !answering.has(order.id)) {
      const stop = new AbortController();
      answering.set(order.id, stop);
      void answerOrder({ plan: answer, order: order.id, party, street: assignment.street ?? null, signal: stop.signal });
    }
  };

  const server = createServer((request, response) => {
    void request
      .toArray()
      .then((parts: Buffer[]) => take(request, Buffer.concat(parts)))
      .catch(() => 500)
      .then((status) => {
        if (status >= 400) counts.refused += 1;
        response.writeHead(status).end();
      });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    effects: () => ({ acted: book.effects, ...counts }),
    close: async () => {
      for (const stop of answering.values()) stop.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      book.close();
    },
  };
}
