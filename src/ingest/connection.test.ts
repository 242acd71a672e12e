import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { connectPacket, publishPacket, SOON } from './test-rig.ts';
import { Undurable } from './undurable.ts';

vi.setConfig({ testTimeout: 60_000 });
const soon = <T>(value: () => T) => expect.poll(value, SOON);
const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

async function bench() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  open.push(
    () => server.close(),
    () => peer.destroy(),
    () => socket.destroy(),
  );
  const undurable = new Undurable({ highWater: 1_000, emit: () => undefined, resumed: () => connection.wake() });
  const connection = new Connection({ socket, undurable, limits: DEFAULT_LIMITS, acknowledged: () => undefined, refused: () => undefined });
  const read: Buffer[] = [];
  socket.on('readable', () => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) read.push(chunk);
  });
  const received = (bytes: number) => soon(() => Buffer.concat(read).length).toBe(bytes);
  connection.ready = true;
  peer.write(connectPacket());
  await received(connectPacket().length);
  connection.tick(500);
  return { peer, socket, connection, undurable, read, received };
}

describe('a connection', () => {
  it('N3 is silent after 1.5 × keepalive, not counting the time in which it was not read', async () => {
    const { connection, undurable, peer, received } = await bench();
    connection.keepalive = 60;
    expect(connection.tick(89_000)).toBe(null);
    const cost = undurable.add('t', Buffer.alloc(2_000));
    expect(connection.tick(3_600_000)).toBe(null);
    peer.write(Buffer.from([0xc0, 0]));
    undurable.remove(cost);
    await received(connectPacket().length + 2);
    expect(connection.tick(90_001)).toBe(null);
    expect(connection.tick(90_000)).toBe(null);
    expect(connection.tick(1)).toBe('keepalive');
  });

  it('may be silent for ever without a keepalive, but must finish a packet that it began', async () => {
    const { connection, peer, received } = await bench();
    expect(connection.tick(1e9)).toBe(null);
    const packet = publishPacket('city/gw/s', 'x', 1);
    peer.write(packet.subarray(0, 5));
    await received(connectPacket().length + 5);
    expect(connection.tick(DEFAULT_LIMITS.packetTimeout - 1)).toBe(null);
    peer.write(packet.subarray(5, 6));
    await received(connectPacket().length + 6);
    expect(connection.tick(1)).toBe('packet-unfinished');
  });

  it('N2 is not read while it leaves unread what we wrote, and is ended if that lasts', async () => {
    const { connection, peer, socket, read, received } = await bench();
    const before = Buffer.concat(read).length;
    peer.pause();
    socket.write(Buffer.alloc(16 * 1_024 * 1_024));
    expect(connection.congested).toBe(true);
    peer.write(Buffer.from([0xc0, 0]));
    await soon(() => socket.bytesRead).toBe(before + 2);
    expect(Buffer.concat(read)).toHaveLength(before);
    expect(connection.tick(DEFAULT_LIMITS.drainTimeout - 1)).toBe(null);
    peer.resume();
    await received(before + 2);
    expect(connection.tick(1)).toBe(null);
    peer.pause();
    socket.write(Buffer.alloc(16 * 1_024 * 1_024));
    expect(connection.tick(DEFAULT_LIMITS.drainTimeout)).toBe('acknowledgements-unread');
  });
});
