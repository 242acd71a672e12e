import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Millis } from '../../model/time.ts';

/** A receipt as it came, of which order. */
export interface Heard {
  readonly order: string;
  readonly state: string;
  readonly id: string | null;
}

export interface ReceiptDoor {
  /** What the receiver takes for Maibo's address. */
  readonly url: string;
  readonly heard: readonly Heard[];
  /** Resolves once no receipt has come for so long, but waits `first` for the first one of this order. */
  quiet(order: string, wait: { readonly first: Millis; readonly then: Millis }): Promise<void>;
  close(): Promise<void>;
}

/** The door of the API that takes receipts, and nothing else: what a receiver answers shows how often it acted. */
export async function openReceiptDoor(port: number): Promise<ReceiptDoor> {
  const heard: Heard[] = [];
  let noise = (): void => undefined;
  const server = createServer((request, response) => {
    const order = /^\/api\/v1\/orders\/([^/]+)\/receipts$/.exec(request.url ?? '')?.[1];
    void request.toArray().then((parts: Buffer[]) => {
      const receipt = order === undefined ? null : readReceipt(decodeURIComponent(order), Buffer.concat(parts).toString());
      if (receipt !== null) heard.push(receipt);
      response.writeHead(receipt === null ? 404 : 201, { 'content-type': 'application/json' }).end('{"result":"moved"}');
      noise();
    }, noise);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    quiet: (order, { first, then }) =>
      new Promise((resolve) => {
        const came = (): boolean => heard.some((one) => one.order === order);
        let timer = setTimeout(resolve, came() ? then : first);
        noise = () => {
          if (!came()) return;
          clearTimeout(timer);
          timer = setTimeout(resolve, then);
        };
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readReceipt(order: string, text: string): Heard | null {
  try {
    const { state, id } = JSON.parse(text) as { readonly state?: unknown; readonly id?: unknown };
    return typeof state === 'string' ? { order, state, id: typeof id === 'string' ? id : null } : null;
  } catch {
    return null;
  }
}
