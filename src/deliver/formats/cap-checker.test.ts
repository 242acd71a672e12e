import { describe, expect, test } from 'vitest';
import { capAlert } from './cap.ts';
import { SENDER, bodyOf } from './test-bodies.ts';
import { checkCap } from './test-cap-checker.ts';

const GOOD = capAlert(bodyOf(), SENDER).body;
const UPDATE = capAlert(bodyOf({}, {}, { type: 'order.escalated', number: 2, earlier: [1] }), SENDER).body;

/** Replaces once, and fails where there is nothing to replace: a control must change something. */
function changed(from: string | RegExp, to: string, xml = GOOD): string {
  const after = xml.replace(from, () => to);
  if (after === xml) throw new Error(`nothing to replace: ${String(from)}`);
  return after;
}
const withText = (name: string, text: string, xml = GOOD): string =>
  changed(new RegExp(`<${name}>[^<]*</${name}>`), `<${name}>${text}</${name}>`, xml);
const without = (name: string, xml = GOOD): string => changed(new RegExp(`\\s*<${name}>[\\s\\S]*?</${name}>`), '', xml);
const twice = (name: string): string => {
  const [element = ''] = new RegExp(`<${name}>[^<]*</${name}>`).exec(GOOD) ?? [];
  return changed(element, element + element);
};
const inArea = (more: string): string => changed('</circle>', `</circle>${more}`);

test('what we write is CAP 1.2', () => {
  expect(checkCap(GOOD)).toEqual([]);
  expect(checkCap(UPDATE)).toEqual([]);
});

describe('negative controls of the checker', () => {
  test.each([
    ['what is cut off', changed('</alert>', '')],
    ['a bare ampersand', withText('event', 'a & b')],
    ['a control character', withText('event', 'a\u0001b')],
    ['a control character by reference', withText('event', 'a&#1;b')],
    ['an entity of HTML', withText('event', 'a&nbsp;b')],
    ['another namespace', changed('cap:1.2', 'cap:1.1')],
    ['no namespace', changed(/ xmlns="[^"]*"/, '')],
    ['an element of another namespace', changed('<event>', '<event xmlns="urn:x">')],
    ['an attribute', changed('<info>', '<info id="1">')],
    ['another root', GOOD.replaceAll('alert>', 'warning>').replace('<alert', '<warning')],
    ['text between elements', changed('<info>', '<info>and')],
    ['an element in a text', withText('event', '<b>fire</b>')],
    ['an element that nobody knows', changed('<note>', '<remark/><note>', capAlert(bodyOf({ drill: true }), SENDER).body)],
  ])('%s', (_, xml) => {
    expect(checkCap(xml)).not.toEqual([]);
  });

  test.each(['identifier', 'sender', 'sent', 'status', 'msgType', 'scope'])('an alert without %s', (name) => {
    expect(checkCap(without(name))).toContain(`/alert/${name}: missing`);
  });

  test.each(['category', 'event', 'urgency', 'severity', 'certainty'])('an info without %s', (name) => {
    expect(checkCap(without(name))).toContain(`/alert/info/${name}: missing`);
  });

  test.each([
    [without('areaDesc'), '/alert/info/area/areaDesc: missing'],
    [changed('<valueName>GB/T 2260</valueName>', ''), '/alert/info/area/geocode/valueName: missing'],
    [changed('<value>red</value>', ''), '/alert/info/parameter/value: missing'],
    [changed('<value>fire</value>', ''), '/alert/info/eventCode/value: missing'],
    [changed('<area>', '<resource><mimeType>image/png</mimeType></resource><area>'), '/alert/info/resource/resourceDesc: missing'],
    [changed('<area>', '<resource><resourceDesc>map</resourceDesc></resource><area>'), '/alert/info/resource/mimeType: missing'],
  ])('what a group needs %#', (xml, problem) => {
    expect(checkCap(xml)).toContain(problem);
  });

  test.each(['identifier', 'sender', 'sent', 'status', 'msgType', 'scope', 'addresses', 'incidents'])('%s twice', (name) => {
    expect(checkCap(twice(name))).toContain(`/alert/${name}: more than once`);
  });

  test.each(['language', 'event', 'urgency', 'severity', 'certainty', 'onset', 'senderName', 'headline', 'description', 'instruction'])(
    '%s twice in an info',
    (name) => {
      expect(checkCap(twice(name))).toContain(`/alert/info/${name}: more than once`);
    },
  );

  test.each([
    [changed(/(<status>.*<\/status>)(\s*)(<msgType>.*<\/msgType>)/, '<msgType>Alert</msgType><status>Actual</status>'), '/alert/status'],
    [
      changed(/<language>.*<\/language>\s*<category>Fire<\/category>/, '<category>Fire</category><language>zh-CN</language>'),
      '/alert/info/language',
    ],
    [
      changed(/<areaDesc>.*<\/areaDesc>\s*<circle>.*<\/circle>/, '<circle>31,121 0</circle><areaDesc>x</areaDesc>'),
      '/alert/info/area/areaDesc',
    ],
    [
      changed('<valueName>maibo:level</valueName>', '<value>x</value><valueName>maibo:level</valueName>'),
      '/alert/info/parameter/valueName',
    ],
  ])('out of order %#', (xml, path) => {
    expect(checkCap(xml)).toContain(`${path}: out of order`);
  });

  test.each([
    ['status', 'actual'],
    ['msgType', 'Created'],
    ['scope', 'public'],
    ['category', 'Flood'],
    ['responseType', 'Go'],
    ['urgency', 'Now'],
    ['severity', 'Red'],
    ['certainty', 'VeryLikely'],
    ['language', '中文'],
    ['identifier', 'a b'],
    ['identifier', 'a,b'],
    ['identifier', 'a&amp;b'],
    ['identifier', ''],
    ['sender', 'a&lt;b'],
    ['sent', '2026-11-23T00:00:00Z'],
    ['sent', '2026-11-23T08:00:00.000+08:00'],
    ['sent', '2026-11-23T08:00:00'],
    ['sent', '2026-11-23 08:00:00+08:00'],
    ['sent', '2026-11-23T00:00:00+00:00'],
    ['sent', '2026-02-30T08:00:00+08:00'],
    ['onset', '2026-11-23T25:00:00+08:00'],
    ['circle', '121.4533,31.2148 0'],
    ['circle', '31.2148 121.4533 0'],
    ['circle', '31.2148,121.4533'],
    ['circle', '31.2148,181 0'],
    ['circle', '1e-7,121 0'],
    ['circle', '31.2148,121.4533 -1'],
  ])('%s may not be %j', (name, text) => {
    expect(checkCap(withText(name, text)).join()).toMatch(new RegExp(`/${name}: `));
  });

  test.each([
    ['<ceiling>100</ceiling>', 'ceiling'],
    ['<altitude>high</altitude>', 'altitude'],
    ['<ceiling>1</ceiling><altitude>1</altitude>', 'altitude: out of order'],
  ])('in an area, %s', (more, problem) => {
    expect(checkCap(changed(/(<\/geocode>)(?=\s*<\/area>)/, `</geocode>${more}`)).join()).toContain(problem);
  });

  test.each(['31,121 32,121 31,121', '31,121 32,121 32,122 30,121', '31,121 32,121 32,122 x 31,121'])('the polygon %s', (text) => {
    expect(checkCap(changed('<circle>', `<polygon>${text}</polygon><circle>`)).join()).toContain('polygon');
  });

  test('a second circle, a polygon that is closed and an altitude are no faults', () => {
    expect(checkCap(inArea('<circle>31.5,121.5 2.5</circle>'))).toEqual([]);
    expect(checkCap(changed('<circle>', '<polygon>31,121 32,121 32,122 31,121</polygon><circle>'))).toEqual([]);
    expect(checkCap(changed(/(<\/geocode>)(?=\s*<\/area>)/, '</geocode><altitude>1</altitude><ceiling>2.5</ceiling>'))).toEqual([]);
  });

  test.each([
    [without('addresses'), '/alert/addresses: required where scope is Private'],
    [withText('scope', 'Restricted'), '/alert/restriction: required where scope is Restricted'],
    [withText('msgType', 'Update'), '/alert/references: required unless msgType is Alert'],
    [withText('msgType', 'Cancel'), '/alert/references: required unless msgType is Alert'],
  ])('what needs another element %#', (xml, problem) => {
    expect(checkCap(xml)).toContain(problem);
  });

  test.each(['x', 'a,b', 'a,b,2026-11-23T00:00:00Z', 'a,b,2026-11-23T08:00:00+08:00,c', 'a b,c,2026-11-23T08:00:00+08:00'])(
    'the reference %s',
    (text) => {
      expect(checkCap(withText('references', text, UPDATE)).join()).toContain('/alert/references');
    },
  );
});
