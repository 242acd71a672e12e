import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../model/problem.ts';
import type { Config } from './config.ts';
import { endpointsOf, topicFormatOf } from './endpoints.ts';
import { loadConfig } from './load-config.ts';
import { logInsOf } from './log-ins.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const CAP = { sender: 'maibo@ops.example', division: '310104', sector: '416' };
const PASSWORD = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const hook = (more: object = {}, url = 'https://fire.example/') => ({
  url,
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ...more,
});

function load(content: unknown): Config {
  const cwd = mkdtempSync(join(tmpdir(), 'maibo-formats-'));
  folders.push(cwd);
  writeFileSync(join(cwd, 'maibo.json'), JSON.stringify(content));
  return loadConfig({ env: {}, cwd });
}

function problemsOf(content: unknown): string[] {
  try {
    load(content);
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ code, pointer }) => `${code} ${pointer}`);
    throw error;
  }
  return [];
}

describe('the format of a webhook', () => {
  const formatsOf = (...hooks: object[]): unknown[] =>
    endpointsOf(load({ formats: { cap: CAP }, parties: { fire: { webhooks: hooks } } }), 'fire', null).map((one) =>
      one.kind === 'webhook' ? (one.format ?? 'none') : 'mqtt',
    );

  test('is our own body unless another is asked for; CloudEvents are structured unless binary', () => {
    expect(
      formatsOf(
        hook({}, 'https://a/'),
        hook({ format: 'maibo' }, 'https://b/'),
        hook({ format: 'cloudevents' }, 'https://c/'),
        hook({ format: 'cloudevents', mode: 'structured' }, 'https://d/'),
        hook({ format: 'cloudevents', mode: 'binary' }, 'https://e/'),
        hook({ format: 'cap' }, 'https://f/'),
      ),
    ).toEqual(['none', 'none', 'cloudevents', 'cloudevents', 'cloudevents-binary', 'cap']);
  });

  test.each([
    [{ format: 'xml' }, 'config-schema /parties/fire/webhooks/0/format'],
    [{ format: 'cloudevents', mode: 'batched' }, 'config-schema /parties/fire/webhooks/0/mode'],
    [{ mode: 'binary' }, 'config-format /parties/fire/webhooks/0/mode'],
    [{ format: 'cap', mode: 'binary' }, 'config-format /parties/fire/webhooks/0/mode'],
  ])('%j is refused at its pointer', (more, expected) => {
    expect(problemsOf({ formats: { cap: CAP }, parties: { fire: { webhooks: [hook(more)] } } })).toEqual([expected]);
  });

  test('CAP without a sender is refused, at an office too; with one it is not', () => {
    const parties = { street: { byStreet: { '310104014': { webhooks: [hook(), hook({ format: 'cap' })] } } } };
    expect(problemsOf({ parties })).toEqual(['config-format /parties/street/byStreet/310104014/webhooks/1/format']);
    expect(problemsOf({ parties, formats: { cap: CAP } })).toEqual([]);
  });
});

test('the configuration that the page of formats shows is accepted', () => {
  const page = readFileSync(new URL('../../schemas/order-formats.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const config = load(JSON.parse(shown.replaceAll('whsec_…', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')));
  expect(
    ['fire', 'police', 'water'].flatMap((party) => endpointsOf(config, party, null).map((one) => one.kind === 'webhook' && one.format)),
  ).toEqual(['cloudevents', 'cloudevents-binary', 'cap']);
  expect(topicFormatOf(config, 'street', '310104003')).toBe('cloudevents');
});

describe('who sends', () => {
  test('unit and extension are zeros unless they are given', () => {
    expect(load({ formats: { cap: CAP } }).formats).toEqual({ source: null, cap: { ...CAP, unit: '000', extension: '00' } });
    expect(load({ formats: { cap: { ...CAP, unit: '012', extension: '03' } } }).formats.cap).toMatchObject({
      unit: '012',
      extension: '03',
    });
    expect(load({ formats: { cloudevents: { source: 'https://ops.example/maibo' } } }).formats.source).toBe('https://ops.example/maibo');
  });

  test.each([
    ['maibo@ops.example', true],
    ['cn-sh-xuhui.ops.example', true],
    ['two words', false],
    ['a,b', false],
    ['a<b', false],
    ['a&b', false],
    ['徐汇', false],
    ['', false],
  ])('the sender of CAP %j: %s', (sender, good) => {
    expect(problemsOf({ formats: { cap: { ...CAP, sender } } })).toEqual(good ? [] : ['config-schema /formats/cap/sender']);
  });

  test.each([
    ['https://ops.example/maibo', true],
    ['urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66', true],
    ['/maibo/%E5%BE%90', true],
    ['no-slash', false],
    ['/two words', false],
    ['/50%', false],
    ['', false],
  ])('the source of CloudEvents %j: %s', (source, good) => {
    expect(problemsOf({ formats: { cloudevents: { source } } })).toEqual(good ? [] : ['config-schema /formats/cloudevents/source']);
  });

  test.each([
    ['division', '3101'],
    ['sector', '41x'],
    ['unit', '0000'],
    ['extension', '0'],
    ['zone', 'Asia/Shanghai'],
  ])('%s %j is refused', (key, value) => {
    expect(problemsOf({ formats: { cap: { ...CAP, [key]: value } } })).toEqual([`config-schema /formats/cap/${key}`]);
  });
});

describe('the format of a topic', () => {
  const mqtt = (format: string) => ({ mqtt: { format } });

  test('an office has its own, or that of the party; the topic of the party has that of the party', () => {
    const config = load({
      parties: { fire: mqtt('cloudevents'), street: { ...mqtt('cloudevents'), byStreet: { '310104014': mqtt('maibo') } }, police: {} },
    });
    expect(['fire', 'police', 'street', 'nobody'].map((party) => topicFormatOf(config, party, null))).toEqual([
      'cloudevents',
      'maibo',
      'cloudevents',
      'maibo',
    ]);
    expect(['310104014', '310104003'].map((street) => topicFormatOf(config, 'street', street))).toEqual(['maibo', 'cloudevents']);
  });

  test('a format alone is no log-in, and a log-in may have one', () => {
    const config = load({
      gateways: { fire: { passwordHash: PASSWORD } },
      parties: { fire: mqtt('cloudevents'), police: { mqtt: { passwordHash: PASSWORD, format: 'cloudevents' } } },
    });
    expect(logInsOf(config).map(({ user }) => user)).toEqual(['fire', 'police']);
    expect(topicFormatOf(config, 'police', null)).toBe('cloudevents');
  });

  test('CAP is not for topics', () => {
    expect(problemsOf({ formats: { cap: CAP }, parties: { fire: mqtt('cap') } })).toEqual(['config-schema /parties/fire/mqtt/format']);
  });
});
