import { crc32 } from 'node:zlib';
import type { LogEntry, LogEvent } from '../model/log-entry.ts';
import { JournalError } from './error.ts';

/*
 * One log entry as bytes.
 *
 * F1  decodeEntry(encodeEntry(e)) equals e for every entry (topics and gateways are well-formed Unicode: MQTT gives no other).
 * F2  A frame with any changed, missing or added byte is refused with `journal-damaged`; it never decodes to something else.
 * F3  The frame owns its ArrayBuffer, so that it can be transferred to the worker without a copy.
 *
 * Little-endian: magic u32 · offset f64 · at f64 · count u32 · events · CRC-32 of all before it u32
 *   1  message whose gateway is the second level of `city/…`   topic u16 · payload u32 · bytes of both
 *   2  message with its gateway written out                    gateway u16 · topic u16 · payload u32 · bytes of the three
 *   3  any other event as JSON                                 length u32 · bytes
 */
const MAGIC = 0x31_4c_42_4d;
const HEADER = 4 + 8 + 8 + 4;
const CITY = 'city/';

export function encodeEntry(entry: LogEntry): Uint8Array {
  const texts = jsonTexts(entry.events);
  const frame = Buffer.allocUnsafeSlow(bound(entry.events, texts));
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeDoubleLE(entry.offset, 4);
  frame.writeDoubleLE(entry.at, 12);
  frame.writeUInt32LE(entry.events.length, 20);
  let at = HEADER;
  let text = 0;
  for (const event of entry.events) {
    if (event.kind === 'message') at = putMessage(frame, at, event);
    else {
      const body = texts[text++] as Buffer;
      frame[at] = 3;
      frame.writeUInt32LE(body.length, at + 1);
      frame.set(body, at + 5);
      at += 5 + body.length;
    }
  }
  frame.writeUInt32LE(crc32(frame.subarray(0, at)), at);
  return new Uint8Array(frame.buffer, 0, at + 4);
}

type Message = Extract<LogEvent, { kind: 'message' }>;

function jsonTexts(events: readonly LogEvent[]): Buffer[] {
  const texts: Buffer[] = [];
  for (const event of events) if (event.kind !== 'message') texts.push(Buffer.from(JSON.stringify(event)));
  return texts;
}

/** No UTF-16 unit takes more than three bytes of UTF-8. */
function bound(events: readonly LogEvent[], texts: readonly Buffer[]): number {
  let size = HEADER + 4;
  for (const text of texts) size += 5 + text.length;
  for (const event of events) {
    if (event.kind !== 'message') continue;
    size += 9 + event.payload.length + 3 * (event.topic.length + event.gateway.length);
  }
  return size;
}

function putMessage(frame: Buffer, start: number, event: Message): number {
  const { gateway, topic, payload } = event;
  let at = start;
  if (saysGateway(topic, gateway)) {
    frame[at] = 1;
    at += 7;
  } else {
    frame[at] = 2;
    at = putText(frame, at + 9, gateway);
    putLength(frame, start + 1, at - start - 9, 'gateway');
  }
  const lengths = frame[start] === 1 ? start + 1 : start + 3;
  const topicAt = at;
  at = putText(frame, at, topic);
  putLength(frame, lengths, at - topicAt, 'topic');
  frame.writeUInt32LE(payload.length, lengths + 2);
  frame.set(payload, at);
  return at + payload.length;
}

function putLength(frame: Buffer, at: number, length: number, what: string): void {
  if (length > 0xff_ff) throw new JournalError('journal-misused', `A ${what} of ${length} bytes cannot be logged: MQTT allows 65,535.`);
  frame[at] = length & 0xff;
  frame[at + 1] = length >>> 8;
}

/** Topics are short and nearly always ASCII: a loop is faster than a call into native code. */
function putText(frame: Buffer, start: number, text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return start + frame.write(text, start, 'utf8');
    frame[start + i] = unit;
  }
  return start + text.length;
}

function saysGateway(topic: string, gateway: string): boolean {
  if (gateway === '' || !topic.startsWith(CITY) || !topic.startsWith(gateway, CITY.length)) return false;
  const end = CITY.length + gateway.length;
  return (end === topic.length || topic.charCodeAt(end) === 0x2f) && !gateway.includes('/');
}

/** The payloads are views on `bytes`. */
export function decodeEntry(bytes: Uint8Array, offset: number): LogEntry {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = frame.length - 4;
  if (end < HEADER || frame.readUInt32LE(0) !== MAGIC) throw damaged(offset, 'it does not begin like an entry');
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32LE(end)) throw damaged(offset, 'its checksum is wrong');
  if (frame.readDoubleLE(4) !== offset) throw damaged(offset, `it says it is entry ${frame.readDoubleLE(4)}`);
  const events: LogEvent[] = [];
  const count = frame.readUInt32LE(20);
  let at = HEADER;
  for (let i = 0; i < count; i += 1) at = takeEvent(frame, at, events);
  if (at !== end) throw damaged(offset, 'its length is wrong');
  return { offset, at: frame.readDoubleLE(12), events };
}

function takeEvent(frame: Buffer, start: number, events: LogEvent[]): number {
  const sort = frame[start];
  if (sort === 3) {
    const end = start + 5 + frame.readUInt32LE(start + 1);
    events.push(JSON.parse(frame.toString('utf8', start + 5, end)) as LogEvent);
    return end;
  }
  const explicit = sort === 2;
  const gatewayAt = start + (explicit ? 9 : 7);
  const topicAt = gatewayAt + (explicit ? frame.readUInt16LE(start + 1) : 0);
  const lengths = start + (explicit ? 3 : 1);
  const payloadAt = topicAt + frame.readUInt16LE(lengths);
  const end = payloadAt + frame.readUInt32LE(lengths + 2);
  const topic = frame.toString('utf8', topicAt, payloadAt);
  const gateway = explicit ? frame.toString('utf8', gatewayAt, topicAt) : secondLevel(topic);
  events.push({ kind: 'message', gateway, topic, payload: new Uint8Array(frame.buffer, frame.byteOffset + payloadAt, end - payloadAt) });
  return end;
}

function secondLevel(topic: string): string {
  const end = topic.indexOf('/', CITY.length);
  return end < 0 ? topic.slice(CITY.length) : topic.slice(CITY.length, end);
}

function damaged(offset: number, why: string): JournalError {
  return new JournalError('journal-damaged', `Log entry ${offset} is damaged: ${why}. Restore the data directory from a copy.`);
}
