import { isoTime } from '../../model/time.ts';
import { readStoredBody, type StoredBody } from './stored-body.ts';
import type { Written } from './written.ts';

/**
 * CloudEvents 1.0.2 of a stored body: what the envelope of the body says becomes attributes, its `data` stays as it is.
 *
 * F1 The same stored body gives the same bytes, so every attempt is the same event under the same id.
 * F2 Nothing of the body is lost: the attributes and the data give it back.
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** The message: the same as `webhook-id`. */
  readonly id: string;
  /** URI-reference; with the id unique for ever. */
  readonly source: string;
  /** `cn.maibo.workorder.dispatched.v1` */
  readonly type: string;
  /** The order. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Extension: whoever routes by attributes can keep exercises out without reading the data. */
  readonly drill: boolean;
}

export const STRUCTURED_TYPE = 'application/cloudevents+json; charset=utf-8';

/** All in the body, for HTTP and MQTT alike. @throws Refusal `format-unmappable` */
export function structuredEvent(body: string, source: string): Written {
  const stored = readStoredBody(body);
  return { headers: { 'content-type': STRUCTURED_TYPE }, body: JSON.stringify({ ...attributesOf(stored, source), data: stored.data }) };
}

/** Attributes in `ce-` headers, the data alone in the body. @throws Refusal `format-unmappable` */
export function binaryEvent(body: string, source: string): Written {
  const stored = readStoredBody(body);
  const { datacontenttype, ...attributes } = attributesOf(stored, source);
  const headers: Record<string, string> = { 'content-type': datacontenttype };
  for (const [name, value] of Object.entries(attributes)) headers[`ce-${name}`] = headerValue(String(value));
  return { headers, body: JSON.stringify(stored.data) };
}

function attributesOf({ id, type, timestamp, data }: StoredBody, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: `cn.maibo.workorder.${type.slice('order.'.length)}.v1`,
    subject: data.order.id,
    time: isoTime(Date.parse(timestamp)),
    datacontenttype: 'application/json',
    drill: data.order.drill,
  };
}

/** HTTP binding 3.1.3.2: space, quote, percent and all that is not printable ASCII, byte by byte of UTF-8. */
export function headerValue(text: string): string {
  return text.replace(/[^!-~]|["%]/gu, (character) => {
    const bytes = Buffer.from(character, 'utf8');
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}
