import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketGuard } from './packet-guard.ts';
import { connectPacket, packet, publishPacket } from './test-rig.ts';

const LIMITS = { packetBytes: 1_000, connectBytes: 200 };

/** Feeds the bytes in the given chunk sizes; returns the fault and how many bytes were let through before it. */
function feed(bytes: Buffer, sizes: readonly number[], limits = LIMITS) {
  const guard = new PacketGuard(limits);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const chunk = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    const fault = guard.scan(chunk);
    if (fault !== null) return { fault, at, guard };
    at += chunk.length;
  }
  return { fault: null, at, guard };
}

describe('the packet guard', () => {
  it('sees the same packets however the bytes are cut', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 10 });
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, cuts, fc.boolean(), (payloads, chunks, tooLarge) => {
        const packets = [
          connectPacket(),
          ...payloads.map((size) => publishPacket('city/a/b', Buffer.alloc(size), 1)),
          Buffer.from([0xc0, 0]),
        ];
        if (tooLarge) packets.push(packet(0x30, Buffer.alloc(1_001)));
        const { fault, guard } = feed(Buffer.concat(packets), chunks);
        expect(fault).toBe(tooLarge ? 'packet-too-large' : null);
        expect(guard.packets).toBe(payloads.length + 2);
        expect(guard.partial).toBe(tooLarge);
      }),
    );
  });

  it('stops 256 MB at the header, before a byte of the body', () => {
    const header = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
    const { fault, at } = feed(Buffer.concat([connectPacket(), header, Buffer.alloc(10_000)]), [1]);
    expect(fault).toBe('packet-too-large');
    expect(at).toBeLessThan(connectPacket().length + header.length);
  });

  it('takes less from somebody it does not know yet', () => {
    expect(feed(packet(0x10, Buffer.alloc(200)), [64]).fault).toBe(null);
    expect(feed(packet(0x10, Buffer.alloc(201)), [64]).fault).toBe('connect-too-large');
  });

  it('wants CONNECT first, known types and lengths of four bytes at most', () => {
    expect(feed(publishPacket('city/a/b', 'x'), [9]).fault).toBe('connect-expected');
    expect(feed(Buffer.from('GET / HTTP/1.1'), [9]).fault).toBe('connect-expected');
    const after = (bytes: number[]) =>
      feed(Buffer.concat([connectPacket(), Buffer.from(bytes)]), [1], { packetBytes: 2 ** 30, connectBytes: 200 }).fault;
    expect(after([0x00, 0])).toBe('packet-type-reserved');
    expect(after([0xf0, 0])).toBe('packet-type-reserved');
    expect(after([0x30, 0x80, 0x80, 0x80, 0x80])).toBe('length-malformed');
    expect(after([0x30, 0x80, 0x80, 0x80, 0x01])).toBe(null);
  });
});
