import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface TestBroker {
  readonly url: string;
  readonly messages: { readonly topic: string; readonly body: unknown }[];
  /** Cuts every connection now, as a network would. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export interface TestBrokerOptions {
  /** Runs before the PUBACK; it comes when this resolves. */
  readonly beforeAck?: () => Promise<void>;
}

/** A real broker in this process: what it was sent is what a server would have got. */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const broker = await Aedes.createBroker();
  const messages: { topic: string; body: unknown }[] = [];
  broker.authorizePublish = (_client, packet, done) => {
    messages.push({ topic: packet.topic, body: JSON.parse(packet.payload.toString()) });
    if (options.beforeAck === undefined) done(null);
    else void options.beforeAck().then(() => done(null));
  };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    cut,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
