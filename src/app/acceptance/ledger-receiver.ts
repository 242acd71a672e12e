import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '../../deliver/sign.ts';
import type { Ledger } from './ledger.ts';

interface OrderBody {
  readonly type: string;
  readonly data: {
    readonly order: { readonly id: string; readonly place: { readonly id: string } };
    readonly assignment: { readonly party: string };
  };
}

export interface LedgerReceiver {
  readonly url: string;
  /** Called for every valid arrival, repeats included. */
  onArrival: ((body: OrderBody, id: string) => void) | null;
  readonly badSignatures: () => number;
  close(): Promise<void>;
}

/** A receiver for all parties that writes what arrives into the ledger, after checking the signature. */
export async function openLedgerReceiver(ledger: Ledger, secrets: readonly string[]): Promise<LedgerReceiver> {
  let bad = 0;
  const receiver: { onArrival: LedgerReceiver['onArrival'] } = { onArrival: null };
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const id = String(request.headers['webhook-id']);
      if (verifySignature({ headers: request.headers, body, secrets, now: Date.now() }).kind !== 'verified') {
        bad += 1;
        response.writeHead(401).end();
        return;
      }
      const parsed = JSON.parse(body) as OrderBody;
      const { order, assignment } = parsed.data;
      ledger.arrived({ id, type: parsed.type, party: assignment.party, order: order.id, place: order.place.id });
      response.writeHead(204).end();
      receiver.onArrival?.(parsed, id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    badSignatures: () => bad,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
