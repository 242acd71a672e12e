import { CloudEvent, HTTP, type CloudEventV1 } from 'cloudevents';
import specSchema from 'cloudevents/dist/schema/v1.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rig, START } from '../../dispatch/test-rig.ts';
import { isoTime } from '../../model/time.ts';
import { binaryEvent, headerValue, structuredEvent } from './cloud-event.ts';
import { anyBody, bodyOf } from './test-bodies.ts';

const SOURCE = '/maibo/xuhui';

type Attributes = CloudEventV1<unknown> & Record<string, unknown>;

/** The JSON schema of the spec, as its own package compiled it. */
const fitsSchema = specSchema as unknown as (event: object) => boolean;

/** As the spec's own package judges: its JSON schema, then the types and the names of all attributes. */
function strictly(event: object): CloudEvent<unknown> {
  // Asked first: the package's class fills in an id and a version of its own where there is none.
  if (!fitsSchema(event)) throw new Error('does not fit the schema');
  const judged = new CloudEvent<unknown>(event, true);
  if (!judged.validate()) throw new Error('not valid');
  return judged;
}

/** What a receiver has who knows CloudEvents and puts our envelope together again. */
function bodyAgain({ id, type, time, data }: Pick<CloudEventV1<unknown>, 'id' | 'type' | 'time' | 'data'>): unknown {
  const [, kind] = /^cn\.maibo\.workorder\.([a-z-]+)\.v1$/.exec(type) ?? [];
  return { id, type: `order.${kind}`, timestamp: time, data };
}

describe('a structured event', () => {
  test('says in its attributes what the envelope said, and leaves the data alone', () => {
    const body = bodyOf({ drill: true }, {}, { type: 'order.on-site' });
    const { headers, body: written } = structuredEvent(body, SOURCE);
    expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=utf-8' });
    expect(JSON.parse(written)).toEqual({
      specversion: '1.0',
      id: 'msg_1',
      source: SOURCE,
      type: 'cn.maibo.workorder.on-site.v1',
      subject: 'wo_0000000000000000000000000a',
      time: isoTime(START + 1_000),
      datacontenttype: 'application/json',
      drill: true,
      data: (JSON.parse(body) as { data: unknown }).data,
    });
  });

  test('F1 the same body gives the same bytes; F2 attributes and data give it back, whatever the texts hold', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { body: written } = structuredEvent(body, SOURCE);
        expect(structuredEvent(body, SOURCE).body).toBe(written);
        const event = strictly(JSON.parse(written) as object);
        expect(bodyAgain(event)).toEqual(JSON.parse(body));
        expect(JSON.parse(HTTP.structured(event).body as string)).toEqual(JSON.parse(written));
      }),
      { numRuns: 200 },
    );
  });

  test('F2 holds for every message of a whole course of an order', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow' }).happen(1, 'raised', { level: 'red' });
    for (const party of ['fire', 'police', 'street']) rig.answer(2, party, 'resolved');
    const types = rig.step.messages.map(({ body }) => {
      const event = JSON.parse(structuredEvent(body, SOURCE).body) as Attributes;
      strictly(event);
      expect(bodyAgain(event)).toEqual(JSON.parse(body));
      return event.type;
    });
    expect(new Set(types)).toEqual(
      new Set(['dispatched', 'escalated', 'resolved', 'closed'].map((kind) => `cn.maibo.workorder.${kind}.v1`)),
    );
  });

  test.each(['id', 'source', 'type', 'specversion'])('negative control: without %s the validator refuses it', (name) => {
    const { [name]: _, ...event } = JSON.parse(structuredEvent(bodyOf(), SOURCE).body) as Record<string, unknown>;
    expect(() => strictly(event)).toThrow('schema');
    expect(() => strictly({ ...event, [name]: '' })).toThrow('schema');
  });

  test.each([
    ['source', 'two words'],
    ['time', '2026-11-23 08:00'],
    ['dataschema', '/schemas/order-message'],
    ['Drill', true],
    ['maibo-drill', true],
  ])('negative control: %s %j is refused', (name, value) => {
    const event = JSON.parse(structuredEvent(bodyOf(), SOURCE).body) as Record<string, unknown>;
    expect(() => strictly({ ...event, [name]: value })).toThrow();
  });
});

describe('a binary event', () => {
  test('has its attributes in headers and the data alone in the body', () => {
    const body = bodyOf();
    const { headers, body: written } = binaryEvent(body, SOURCE);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'msg_1',
      'ce-source': SOURCE,
      'ce-type': 'cn.maibo.workorder.dispatched.v1',
      'ce-subject': 'wo_0000000000000000000000000a',
      'ce-time': isoTime(START + 1_000),
      'ce-drill': 'false',
    });
    expect(JSON.parse(written)).toEqual((JSON.parse(body) as { data: unknown }).data);
  });

  test('is the same event as the structured one, read by the spec’s own package', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const written = binaryEvent(body, SOURCE);
        expect(binaryEvent(body, SOURCE)).toEqual(written);
        const read = HTTP.toEvent<unknown>({ headers: { ...written.headers }, body: written.body }) as CloudEvent<unknown>;
        read.validate();
        expect(bodyAgain(read)).toEqual(JSON.parse(body));
        for (const value of Object.values(written.headers)) expect(value).toMatch(/^[!-~]+( charset=utf-8)?$/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a header value', () => {
  test('is percent-encoded as the HTTP binding shows it', () => {
    expect(headerValue('Euro € 😀')).toBe('Euro%20%E2%82%AC%20%F0%9F%98%80');
    expect(headerValue('50% "off"\r\n')).toBe('50%25%20%22off%22%0D%0A');
    expect(headerValue('https://a.example/b?c=d&e#f')).toBe('https://a.example/b?c=d&e#f');
  });

  test('comes back by percent-decoding, half surrogates as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(headerValue(text)).toMatch(/^[!-~]*$/);
        expect(decodeURIComponent(headerValue(text))).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });
});

test.each(['', 'null', '[]', '{"id":"m"}', '{"id":"m","type":"order.updated","timestamp":"now","data":{}}'])(
  'what is no body of ours is refused: %j',
  (body) => {
    for (const write of [structuredEvent, binaryEvent])
      expect(() => write(body, SOURCE)).toThrow(expect.objectContaining({ code: 'format-unmappable' }));
  },
);
