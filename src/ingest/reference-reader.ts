/** For tests: a strict reading of MQTT 3.1.1 bytes from a client, as a second opinion. Slow and plain. */
export interface WellFormed {
  /** QoS 1 and 2 ids, in order, of the publishes before the first malformed packet. */
  readonly acknowledgeable: readonly number[];
  readonly topics: readonly string[];
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readStrictly(bytes: Buffer): WellFormed {
  const acknowledgeable: number[] = [];
  const topics: string[] = [];
  let at = 0;
  for (;;) {
    const frame = frameAt(bytes, at);
    if (frame === null) return { acknowledgeable, topics };
    at = frame.end;
    if (frame.type >> 4 !== 3) continue;
    const publish = readPublish(frame.type, frame.body);
    if (publish === null) return { acknowledgeable, topics };
    topics.push(publish.topic);
    if (publish.id > 0) acknowledgeable.push(publish.id);
  }
}

function frameAt(bytes: Buffer, at: number): { readonly type: number; readonly body: Buffer; readonly end: number } | null {
  let length = 0;
  for (let digit = 0; digit < 4; digit += 1) {
    const byte = bytes[at + 1 + digit];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 128 ** digit;
    if (byte >= 0x80) continue;
    const start = at + 2 + digit;
    return start + length <= bytes.length
      ? { type: bytes[at] ?? 0, body: bytes.subarray(start, start + length), end: start + length }
      : null;
  }
  return null;
}

function readPublish(type: number, body: Buffer): { readonly topic: string; readonly id: number } | null {
  const qos = (type >> 1) & 3;
  if (qos === 3 || body.length < 2) return null;
  const end = 2 + body.readUInt16BE(0);
  if (end + (qos > 0 ? 2 : 0) > body.length) return null;
  const id = qos > 0 ? body.readUInt16BE(end) : 0;
  if (qos > 0 && id === 0) return null;
  try {
    const topic = UTF8.decode(body.subarray(2, end));
    return topic === '' || /[\0+#]/.test(topic) ? null : { topic, id };
  } catch {
    return null;
  }
}
