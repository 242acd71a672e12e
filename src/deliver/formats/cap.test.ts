import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MINUTE, Rig, START } from '../../dispatch/test-rig.ts';
import { LEVELS, type Level } from '../../model/level.ts';
import type { WorkOrder } from '../../model/work-order.ts';
import { capAlert } from './cap.ts';
import { anyBody, bodyOf, OFFICE, ORDER, SENDER, type Told } from './test-bodies.ts';
import { checkCap, readXml, textOf, type Element } from './test-cap-checker.ts';

const alertOf = (body: string, from = SENDER): Element => readXml(capAlert(body, from).body);
const toldBy = (told: Told, order: Partial<WorkOrder> = {}): Element => alertOf(bodyOf(order, {}, told));
const infosOf = (alert: Element): Element[] => alert.children.filter(({ name }) => name === 'info');
const infoOf = (alert: Element): Element => infosOf(alert)[0] as Element;
const parametersOf = (info: Element): Record<string, string> =>
  Object.fromEntries(
    info.children
      .filter(({ name }) => name === 'parameter')
      .map((one) => [textOf(one, 'valueName')?.replace('maibo:', '') ?? '', textOf(one, 'value') ?? '']),
  );

/** What XML gives back of a text: nothing that XML 1.0 cannot hold, half a surrogate pair as the replacement it was read as. */
const asXmlHolds = (text: string): string => text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

describe('any body', () => {
  test('A4 whatever the texts hold, the document is well formed and CAP 1.2; A1 the same body gives the same bytes', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { body: xml, headers } = capAlert(body, SENDER);
        expect(checkCap(xml)).toEqual([]);
        expect(capAlert(body, SENDER).body).toBe(xml);
        expect(headers).toEqual({ 'content-type': 'application/cap+xml' });
      }),
      { numRuns: 100 },
    );
  });

  test('A2 an Update and a Cancel name what they take the place of; what has none to name, and what asks anew, is an Alert', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { type, data } = JSON.parse(body) as { type: string; data: { earlier?: unknown[] } };
        const alert = alertOf(body);
        const references = textOf(alert, 'references')?.split(' ') ?? [];
        expect(references).toHaveLength(data.earlier?.length ?? 0);
        expect(textOf(alert, 'msgType') === 'Alert').toBe(references.length === 0 || type === 'order.dispatched');
      }),
      { numRuns: 100 },
    );
  });

  test('A3 a drill is an Exercise and says so in words, and nothing else is one', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { data } = JSON.parse(body) as { data: { order: { drill: boolean } } };
        const alert = alertOf(body);
        const headlines = infosOf(alert).map(
          (info) => textOf(info, 'headline')?.startsWith('【演练】') || textOf(info, 'headline')?.startsWith('[EXERCISE] '),
        );
        expect([textOf(alert, 'status') === 'Exercise', textOf(alert, 'note') !== undefined, ...headlines]).toEqual(
          Array.from({ length: 4 }, () => data.order.drill),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('its texts come back as they were, but for what XML 1.0 cannot hold', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { data } = JSON.parse(body) as { data: { order: WorkOrder } };
        const mark = { zh: data.order.drill ? '【演练】' : '', en: data.order.drill ? '[EXERCISE] ' : '' };
        const infos = infosOf(alertOf(body));
        for (const [index, language] of (['zh', 'en'] as const).entries()) {
          const info = infos[index] as Element;
          expect(textOf(info, 'headline')).toBe(mark[language] + asXmlHolds(data.order.title[language]));
          expect(textOf(info, 'area', 'areaDesc')).toBe(asXmlHolds(data.order.place.name[language]));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('who, when and what', () => {
  test('the identifier is that of the profile: authority, Beijing time, a number of the message', () => {
    const alert = alertOf(bodyOf());
    expect(textOf(alert, 'identifier')).toMatch(/^31010441600000_20261123080001_\d{15}$/);
    expect(textOf(alert, 'sender')).toBe('maibo@ops.xuhui.example');
    expect(textOf(alert, 'sent')).toBe('2026-11-23T08:00:01+08:00');
    expect(textOf(alert, 'incidents')).toBe(ORDER.incident);
  });

  test('in another zone the time of sending is local and the identifier stays in Beijing time', () => {
    const alert = alertOf(bodyOf(), { ...SENDER, zone: 'America/St_Johns', unit: '012', extension: '03' });
    expect(textOf(alert, 'sent')).toBe('2026-11-22T20:30:01-03:30');
    expect(textOf(alert, 'identifier')).toMatch(/^31010441601203_20261123080001_\d{15}$/);
  });

  test('no two messages of one second have one identifier', () => {
    const ids = new Set<string | undefined>();
    for (let number = 1; number <= 1_000; number += 1)
      ids.add(/<identifier>(.*)<\/identifier>/.exec(capAlert(bodyOf({}, {}, { number, at: START }), SENDER).body)?.[1]);
    expect(ids.size).toBe(1_000);
  });

  test('it is for the one that it is addressed to', () => {
    expect(textOf(alertOf(bodyOf()), 'addresses')).toBe('fire');
    expect(textOf(alertOf(bodyOf({}, OFFICE)), 'addresses')).toBe('street/310104003');
  });

  test('both languages, Chinese first', () => {
    const infos = infosOf(alertOf(bodyOf()));
    expect(infos.map((info) => [textOf(info, 'language'), textOf(info, 'event'), textOf(info, 'senderName')])).toEqual([
      ['zh-CN', '火警', '徐汇区'],
      ['en-US', 'Fire alarm', 'Xuhui District'],
    ]);
    expect(infos.map((info) => textOf(info, 'instruction'))).toEqual([
      '主责：2026-11-23 08:01 前接单，2026-11-23 08:05 前到场，2026-11-23 12:00 前办结。',
      'Lead: accept by 2026-11-23 08:01, arrive by 2026-11-23 08:05, close by 2026-11-23 12:00.',
    ]);
  });

  test('latitude comes before longitude, and a place that is no point has no circle', () => {
    expect(textOf(infoOf(alertOf(bodyOf())), 'area', 'circle')).toBe('31.2148,121.4533 0');
    const nowhere = alertOf(bodyOf({ place: { ...ORDER.place, at: null, street: null } }));
    expect(textOf(infoOf(nowhere), 'area', 'circle')).toBeUndefined();
    expect(textOf(infoOf(nowhere), 'area', 'geocode', 'value')).toBe('310104');
    const tiny = alertOf(bodyOf({ place: { ...ORDER.place, at: [-1e-7, 1e-7] } }));
    expect(textOf(infoOf(tiny), 'area', 'circle')).toBe('0,0 0');
  });

  test('the street and its division are geocodes', () => {
    const area = infoOf(alertOf(bodyOf())).children.find(({ name }) => name === 'area') as Element;
    const geocodes = area.children.filter(({ name }) => name === 'geocode').map((one) => [textOf(one, 'valueName'), textOf(one, 'value')]);
    expect(geocodes).toEqual([
      ['GB/T 10114', '310104003'],
      ['GB/T 2260', '310104'],
    ]);
  });
});

describe('how bad', () => {
  const severities: Readonly<Record<Level, string>> = { blue: 'Minor', yellow: 'Moderate', orange: 'Severe', red: 'Extreme' };

  test.each(LEVELS)('%s has its severity, and the colour is kept', (level) => {
    const info = infoOf(alertOf(bodyOf({ level })));
    expect([textOf(info, 'severity'), parametersOf(info)['level']]).toEqual([severities[level], level]);
  });

  test('what CAP has no word for stands in parameters', () => {
    expect(parametersOf(infoOf(toldBy({ type: 'order.escalated' })))).toEqual({
      level: 'red',
      order: ORDER.id,
      message: 'msg_1',
      type: 'order.escalated',
      role: 'lead',
      state: 'dispatched',
      'accept-by': '2026-11-23T08:01:00+08:00',
      'arrive-by': '2026-11-23T08:05:00+08:00',
      'close-by': '2026-11-23T12:00:00+08:00',
    });
  });

  test('it began when its first alert did, and only what fires is told, with an end to the list', () => {
    const [one] = ORDER.alerts as [WorkOrder['alerts'][number]];
    const alerts = Array.from({ length: 25 }, (_, i) => ({
      ...one,
      key: `sensor:${i}`,
      since: START - i * MINUTE,
      resolvedAt: i === 0 ? START : null,
      because: { zh: `第${i}`, en: `no. ${i}` },
    }));
    const info = infosOf(alertOf(bodyOf({ alerts })))[1] as Element;
    expect(textOf(info, 'onset')).toBe('2026-11-23T07:36:00+08:00');
    const lines = textOf(info, 'description')?.split('\n') ?? [];
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([21, 'no. 1', 'And 4 more alerts.']);
    const over = infosOf(alertOf(bodyOf({ alerts: alerts.map((alert) => ({ ...alert, resolvedAt: START })) })))[1] as Element;
    expect(textOf(over, 'description')?.split('\n').slice(0, 1)).toEqual(['no. 0']);
  });
});

describe('a course of an order', () => {
  const courseOf = (rig: Rig, party: string): Element[] =>
    rig.step.messages.filter((one) => one.party === party).map(({ body }) => alertOf(body));

  test('Alert, Updates, Cancel; by following the references everything is reached that was told', () => {
    const rig = new Rig()
      .happen(0, 'opened', { level: 'yellow' })
      .happen(1, 'raised', { level: 'orange' })
      .happen(2, 'raised', { level: 'red' });
    for (const party of ['fire', 'police', 'street']) rig.answer(3, party, 'resolved');
    const course = courseOf(rig, 'police');
    const types = course.map((alert) => textOf(alert, 'msgType'));
    expect([types[0], new Set(types.slice(1, -1)), types.at(-1)]).toEqual(['Alert', new Set(['Update']), 'Cancel']);
    const named = new Map(course.map((alert) => [nameOf(alert), textOf(alert, 'references')?.split(' ') ?? []]));
    const reached = new Set<string>();
    const follow = (name: string): void => {
      for (const one of named.get(name) ?? []) if (!reached.has(one)) reached.add(one), follow(one);
    };
    follow(nameOf(course.at(-1) as Element));
    expect(reached).toEqual(new Set([...named.keys()].slice(0, -1)));
    expect(new Set(course.map((alert) => textOf(alert, 'incidents'))).size).toBe(1);
  });

  test('whoever is called late, by an escalation, has an Alert: there is nothing to update', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.answer(1, 'fire', 'declined', { by: 'Wang', note: '车辆故障' });
    const [first] = courseOf(rig, 'ops') as [Element];
    expect([textOf(first, 'msgType'), textOf(first, 'references')]).toEqual(['Alert', undefined]);
    expect(textOf(infoOf(first), 'description')).toBe('fire 已退回（Wang: 车辆故障）\n烟感 1');
  });

  test.each([
    ['order.closed', 'AllClear', 'Past', 'The order is closed; nothing more is to be done.'],
    ['order.cancelled', 'AllClear', 'Past', 'The order is cancelled; nothing is to be done.'],
    ['order.updated', 'Execute', 'Immediate', 'Lead: accept by 2026-11-23 08:01, arrive by 2026-11-23 08:05, close by 2026-11-23 12:00.'],
  ] as const)('%s asks for %s', (type, response, urgency, instruction) => {
    const info = infosOf(toldBy({ type, number: 2, earlier: [1] }))[1] as Element;
    expect([textOf(info, 'responseType'), textOf(info, 'urgency'), textOf(info, 'instruction')]).toEqual([response, urgency, instruction]);
  });

  test('whoever has done its share is asked for nothing more', () => {
    const info = infoOf(alertOf(bodyOf({}, { state: 'resolved' }, { type: 'order.updated', number: 2, earlier: [1] })));
    expect([textOf(info, 'responseType'), textOf(info, 'instruction')]).toEqual(['None', undefined]);
  });

  function nameOf(alert: Element): string {
    return ['sender', 'identifier', 'sent'].map((name) => textOf(alert, name)).join(',');
  }
});

describe('a digest', () => {
  const entryOf = (body: string): object => {
    const { type, data } = JSON.parse(body) as { type: string; data: object };
    return { type, ...data };
  };
  const digestOf = (first: string, ...others: string[]): string => {
    const body = JSON.parse(first) as { data: object };
    return JSON.stringify({ ...body, id: 'msg_digest', data: { ...body.data, digest: others.map(entryOf) } });
  };
  const another = (id: string, over: Partial<WorkOrder>, told: Told = {}): string =>
    bodyOf({ id, incident: `in_${id}`, sort: 'power', title: { zh: `停电${id}`, en: `Outage ${id}` }, ...over }, {}, told);

  test('A5 every order is in it: its incident, title, reasons, place and what is to be done', () => {
    const body = digestOf(
      bodyOf({}, {}, { type: 'order.closed', number: 2, earlier: [1] }),
      another('wo_b', { level: 'orange' }, { earlier: [] }),
      another('wo_c', { level: 'yellow', sort: 'own-kind' }, { type: 'order.updated', number: 5, earlier: [3, 4] }),
    );
    expect(checkCap(capAlert(body, SENDER).body)).toEqual([]);
    const alert = alertOf(body);
    const info = infosOf(alert)[1] as Element;
    expect(textOf(alert, 'msgType')).toBe('Update');
    expect(textOf(alert, 'references')?.split(' ')).toHaveLength(3);
    expect(textOf(alert, 'incidents')?.split(' ')).toEqual([ORDER.incident, 'in_wo_b', 'in_wo_c']);
    expect(info.children.filter(({ name }) => name === 'category').map(({ text }) => text)).toEqual(['Fire', 'Infra', 'Other']);
    expect(info.children.filter(({ name }) => name === 'area')).toHaveLength(3);
    expect(textOf(info, 'headline')).toBe('Fire confirmed by two devices · iapm mall, and 2 more orders');
    for (const element of ['description', 'instruction'])
      for (const title of ['Fire confirmed by two devices · iapm mall: ', 'Outage wo_b: ', 'Outage wo_c: '])
        expect(textOf(info, element)).toContain(title);
    const also = info.children.filter((one) => textOf(one, 'valueName') === 'maibo:also').map((one) => textOf(one, 'value'));
    expect(also).toEqual(['wo_b order.dispatched orange', 'wo_c order.updated yellow']);
  });

  test('A5 while one order is not over it asks to act, as that one is bad; when all are, it is a Cancel', () => {
    const closed = bodyOf({}, {}, { type: 'order.closed', number: 2, earlier: [1] });
    const verdictOf = (body: string): unknown[] => {
      const info = infoOf(alertOf(body));
      return [textOf(alertOf(body), 'msgType'), ...['responseType', 'urgency', 'severity'].map((name) => textOf(info, name))];
    };
    expect(verdictOf(digestOf(closed, another('wo_b', { level: 'yellow' })))).toEqual(['Update', 'Execute', 'Expected', 'Moderate']);
    expect(verdictOf(digestOf(closed, another('wo_b', {}, { type: 'order.cancelled', number: 4, earlier: [3] })))).toEqual([
      'Cancel',
      'AllClear',
      'Past',
      'Extreme',
    ]);
    expect(verdictOf(digestOf(another('wo_a', {}), another('wo_b', {})))[0]).toBe('Alert');
  });

  test('any digest is CAP 1.2, and names no message twice', () => {
    fc.assert(
      fc.property(anyBody, anyBody, anyBody, (first, second, third) => {
        const body = digestOf(first, second, third);
        expect(checkCap(capAlert(body, SENDER).body)).toEqual([]);
        const references = textOf(alertOf(body), 'references')?.split(' ') ?? [];
        expect(new Set(references.map((one) => one.split(',')[1])).size).toBe(references.length);
      }),
      { numRuns: 50 },
    );
  });
});

test('an order that is opened again is an Alert anew, and a time that has run out is told in words', () => {
  const again = toldBy({ type: 'order.dispatched', number: 3, earlier: [1, 2] });
  expect([textOf(again, 'msgType'), textOf(again, 'references')?.split(' ').length]).toEqual(['Alert', 2]);
  const late = JSON.parse(bodyOf({}, {}, { type: 'order.escalated', number: 2, earlier: [1] })) as { data: object };
  const body = JSON.stringify({ ...late, data: { ...late.data, clock: { party: 'fire', step: 'arrive', state: 'overdue' } } });
  expect(infosOf(alertOf(body)).map((info) => textOf(info, 'description')?.split('\n')[0])).toEqual([
    'fire 到场时限已过',
    'fire: the time to arrive has run out',
  ]);
});

test('a body that was stored before bodies named their kind is Other, under its title', () => {
  const old = bodyOf().replace('"sort":"fire",', '');
  const info = infoOf(alertOf(old));
  expect([textOf(info, 'category'), textOf(info, 'event')]).toEqual(['Other', ORDER.title.zh]);
  expect(checkCap(capAlert(old, SENDER).body)).toEqual([]);
});

test('what is no body of ours is refused', () => {
  for (const body of ['', '[]', '{"id":"m"}'])
    expect(() => capAlert(body, SENDER)).toThrow(expect.objectContaining({ code: 'format-unmappable' }));
});
