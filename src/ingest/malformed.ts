/** What the parser hands over of a PUBLISH packet. */
export interface ParsedPublish {
  readonly topic: string;
  readonly payload: { readonly length: number };
  readonly qos: number;
  readonly length?: number | undefined;
  readonly messageId?: number | undefined;
}

export type PublishFault = 'length-mismatch' | 'message-id-missing' | 'topic-utf8-invalid' | 'topic-nul';

/**
 * A PUBLISH whose parts do not add up to its announced length was read beyond its end: the parser checks its strings
 * against what it has buffered, and takes the message id from the bytes of the next packet. Such a packet is no message.
 */
export function faultOf(packet: ParsedPublish): PublishFault | null {
  const { topic, payload, qos, length, messageId } = packet;
  // One replacement character for any number of broken bytes: the length alone would not always tell.
  if (topic.includes('\uFFFD')) return 'topic-utf8-invalid';
  if (topic.includes('\0')) return 'topic-nul';
  if (qos > 0 && (messageId === undefined || messageId < 1)) return 'message-id-missing';
  const rest = (qos > 0 ? 4 : 2) + payload.length;
  if (length !== rest + topic.length && length !== rest + Buffer.byteLength(topic)) return 'length-mismatch';
  return null;
}
