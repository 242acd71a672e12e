import { refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { isIdentifier } from './identifier.ts';
import { createJsonCodec } from './json.ts';
import type { Codec } from './json.ts';
import { createJsonReader } from './json-text.ts';
import { readReceipt } from './receipt.ts';

export interface DecoderOptions {
  /** Larger payloads are refused unread. */
  readonly maxPayloadBytes?: number;
}

export interface Decoder {
  /**
   * Never throws. `gatewayCodec` is what the configuration says the gateway speaks when its topic does not say;
   * `json` when absent.
   */
  decode(topic: string, payload: Uint8Array, gatewayCodec?: string): Decoded;
}

const TOPIC_LIMIT = 256;
const DEFAULT_MAX_PAYLOAD = 1_048_576;

/** Topic and bytes → reports, a receipt, or the reason why neither. Pure: no clock, no state but caches. */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const limit = options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD;
  const codecs: ReadonlyMap<string, Codec> = new Map([['json', createJsonCodec()]]);
  const readReceiptText = createReceiptDoor();

  const decodeUnguarded = (topic: string, payload: Uint8Array, gatewayCodec: string): Decoded => {
    const route = readTopic(topic);
    if (route === null) return unknownTopic();
    if (payload.length === 0) return refusal('none', 'payload-empty', 'The payload is empty.');
    if (payload.length > limit)
      return refusal(
        'none',
        'payload-too-large',
        `The payload has ${payload.length} bytes; at most ${limit} are taken. Send smaller batches.`,
      );
    if (route.order !== null) return readReceiptText(route.order, payload);
    const codec = codecs.get(route.codec ?? gatewayCodec);
    if (codec === undefined)
      return refusal('unknown', 'codec-unknown', `There is no such codec here; known: ${[...codecs.keys()].join(', ')}.`);
    return codec(payload, route.gateway, route.sensor);
  };

  return {
    decode(topic, payload, gatewayCodec = 'json') {
      try {
        return decodeUnguarded(topic, payload, gatewayCodec);
      } catch (error) {
        return refusal(
          'none',
          'internal',
          `The message could not be read: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}`,
        );
      }
    },
  };
}

function createReceiptDoor(): (order: string, payload: Uint8Array) => Decoded {
  const read = createJsonReader();
  return (order, payload) => {
    const text = read(payload);
    const receipt = text.kind === 'refused' ? text : readReceipt(order, text.value, 'mqtt');
    if (receipt.kind === 'refused') return { kind: 'refused', codec: 'receipt', rejection: receipt };
    return { kind: 'receipt', codec: 'receipt', receipt };
  };
}

interface Route {
  readonly gateway: string;
  readonly sensor: string | null;
  readonly codec: string | null;
  /** Set on the topic of receipts alone. */
  readonly order: string | null;
}

/** `city/{gateway}[/{sensor}[/{codec}]]` or `orders/{id}/receipts`. */
function readTopic(topic: string): Route | null {
  if (topic.length > TOPIC_LIMIT) return null;
  if (topic.startsWith('city/')) return readCityTopic(topic);
  const [root, order = '', leaf, ...rest] = topic.split('/');
  if (root !== 'orders' || leaf !== 'receipts' || rest.length > 0 || !isIdentifier(order)) return null;
  return { gateway: '', sensor: null, codec: null, order };
}

/** By index and not by `split`: this runs once a message, and three arrays a message are worth sparing. */
function readCityTopic(topic: string): Route | null {
  const first = topic.indexOf('/', 5);
  const gateway = first < 0 ? topic.slice(5) : topic.slice(5, first);
  if (!isIdentifier(gateway)) return null;
  if (first < 0) return { gateway, sensor: null, codec: null, order: null };
  const second = topic.indexOf('/', first + 1);
  const sensor = second < 0 ? topic.slice(first + 1) : topic.slice(first + 1, second);
  if (!isIdentifier(sensor)) return null;
  if (second < 0) return { gateway, sensor, codec: null, order: null };
  const codec = topic.slice(second + 1);
  return codec.includes('/') ? null : { gateway, sensor, codec, order: null };
}

function unknownTopic(): Decoded {
  return refusal(
    'none',
    'topic-unknown',
    'Telemetry goes to city/{gateway}, city/{gateway}/{sensor} or city/{gateway}/{sensor}/{codec}; ids are 1 to 64 letters, digits and . _ : -',
  );
}

function refusal(codec: string, code: Parameters<typeof refused>[0], detail: string): Decoded {
  return { kind: 'refused', codec, rejection: refused(code, '', detail) };
}
