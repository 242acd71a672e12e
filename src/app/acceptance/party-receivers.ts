import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '../../deliver/sign.ts';

export interface OrderArrival {
  /** Of this machine's monotonic clock, ms. */
  readonly at: number;
  readonly webhookId: string;
  readonly verified: boolean;
  readonly text: string;
  readonly body: OrderBody;
}

export interface OrderBody {
  readonly type: string;
  readonly data: {
    readonly order: {
      readonly id: string;
      readonly level: string;
      readonly drill: boolean;
      readonly place: { readonly id: string };
      readonly alerts: readonly { readonly rule: string }[];
    };
    readonly assignment: {
      readonly party: string;
      readonly role: string;
      readonly state: string;
      readonly due: Readonly<Record<string, string>>;
    };
  };
}

/** One party's system: it verifies, keeps what came, and answers as it is told. */
export class PartyReceiver {
  readonly arrivals: OrderArrival[] = [];
  /** What it answers; anything but 2xx is a system that is out of order. */
  status = 204;
  private readonly server: Server;
  private readonly secret: string;

  private constructor(secret: string) {
    this.secret = secret;
    this.server = createServer((request, response) => {
      void this.take(request).then(() => response.writeHead(this.status).end());
    });
  }

  static async open(secret: string): Promise<PartyReceiver> {
    const receiver = new PartyReceiver(secret);
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/orders`;
  }

  /** What came of one order, the repeats of one message left out. */
  of(order: string): OrderArrival[] {
    const ids = new Set<string>();
    return this.arrivals.filter(({ body, webhookId }) => body.data.order.id === order && !ids.has(webhookId) && ids.add(webhookId));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const verified = verifySignature({ headers: request.headers, body: text, secrets: [this.secret], now: Date.now() }).kind === 'verified';
    this.arrivals.push({
      at: performance.now(),
      webhookId: String(request.headers['webhook-id']),
      verified,
      text,
      body: JSON.parse(text) as OrderBody,
    });
  }
}
