import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../model/problem.ts';
import type { Config } from './config.ts';
import { endpointsOf } from './endpoints.ts';
import { loadConfig } from './load-config.ts';
import { logInsOf } from './log-ins.ts';
import { assertSafe, isLoopback, openDoors } from './safety.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const HASH = 'a'.repeat(64);
const PASSWORD = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

function folder(content?: unknown): string {
  const made = mkdtempSync(join(tmpdir(), 'maibo-config-'));
  folders.push(made);
  if (content !== undefined) writeFileSync(join(made, 'maibo.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return made;
}
function load(content: unknown, env: Record<string, string> = {}): Config {
  return loadConfig({ env, cwd: folder(content) });
}
function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const pointersOf = (content: unknown, env?: Record<string, string>): string[] =>
  refusalOf(() => load(content, env)).problems.map(({ code, pointer }) => `${code} ${pointer}`.trim());

describe('defaults', () => {
  test('are those of the contract, without a file and without an environment', () => {
    const cwd = folder();
    expect(loadConfig({ env: {}, cwd })).toEqual({
      file: null,
      dataDir: join(cwd, 'data'),
      rulesDir: join(cwd, 'rules'),
      cityDir: join(cwd, 'fixtures/xuhui'),
      security: null,
      http: { host: '127.0.0.1', port: 8_080 },
      mqtt: { host: '127.0.0.1', port: 1_883, url: null },
      influx: null,
      history: {
        store: 'embedded',
        keep: { raw: 7_776_000_000, minute: 34_560_000_000, hour: null, steps: null, bytes: 21_474_836_480 },
        backlogBytes: 4_294_967_296,
        baselinesAt: 180,
      },
      parties: {},
      gateways: {},
      tokens: [],
      formats: { source: null, cap: null },
      unknownSensors: null,
      ingest: { maxPacketBytes: 524_288, undurableBytes: 8_388_608 },
      clock: { maxAhead: 300_000, maxJump: 2_678_400_000 },
      log: { level: 'info' },
    });
  });

  test('the whole is frozen, and names from outside find nothing that they did not say', () => {
    const config = load({ gateways: { 'gw-01': {} }, parties: { fire: {} } });
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.gateways['gw-01'] as object, { codec: 'x' })).toThrow(TypeError);
    expect(config.gateways['constructor']).toBeUndefined();
    expect(config.parties['__proto__']).toBeUndefined();
  });
});

describe('sources', () => {
  test('the environment wins over the file', () => {
    const config = load(
      { http: { host: '127.0.0.2', port: 1 }, mqtt: { port: 2 }, dataDir: 'store', influx: { url: 'http://a', bucket: 'b' } },
      {
        MAIBO_HTTP_PORT: '0',
        MAIBO_MQTT_URL: 'mqtt://broker:1883',
        MAIBO_INFLUX_BUCKET: 'c',
        MAIBO_INFLUX_API: 'v1',
        MAIBO_INFLUX_TOKEN: 't',
        MAIBO_LOG_LEVEL: 'warn',
        MAIBO_RULES_DIR: 'r',
      },
    );
    expect(config).toMatchObject({
      http: { host: '127.0.0.2', port: 0 },
      mqtt: { port: 2, url: 'mqtt://broker:1883' },
      influx: { url: 'http://a', bucket: 'c', api: 'v1', token: 't', org: null },
      log: { level: 'warn' },
    });
  });

  test('an empty variable counts as absent, and one that we do not know is not ours', () => {
    expect(load({}, { MAIBO_HTTP_PORT: '', MAIBO_SERVICE_HOST: '10.0.0.1' }).http.port).toBe(8_080);
  });

  test('paths in the file count from its folder, paths in the environment from where one stands', () => {
    const place = folder({ dataDir: 'store', rulesDir: '/etc/rules' });
    const cwd = folder();
    const config = loadConfig({ env: { MAIBO_CONFIG: join(place, 'maibo.json'), MAIBO_CITY_DIR: 'city' }, cwd });
    expect(config).toMatchObject({ dataDir: join(place, 'store'), rulesDir: '/etc/rules', cityDir: join(cwd, 'city') });
  });

  test('a flag wins over MAIBO_CONFIG, and a file that was named must be there', () => {
    const cwd = folder({ log: { level: 'debug' } });
    expect(loadConfig({ file: 'maibo.json', env: { MAIBO_CONFIG: 'absent.json' }, cwd }).log.level).toBe('debug');
    const absent = refusalOf(() => loadConfig({ env: { MAIBO_CONFIG: 'absent.json' }, cwd }));
    expect(absent).toMatchObject({ code: 'config-unreadable', problems: [] });
    expect(absent.message).toContain(join(cwd, 'absent.json'));
  });
});

describe('refusals', () => {
  test.each([
    [{ htpp: {} }, {}, 'config-schema /htpp'],
    [{ http: { port: 70_000 } }, {}, 'config-schema /http/port'],
    [{ http: { port: '80' } }, {}, 'config-schema /http/port'],
    [{ parties: { fire: { webhooks: [{ url: 'https://a', secrets: [] }] } } }, {}, 'config-schema /parties/fire/webhooks/0/secrets'],
    [
      { parties: { fire: { webhooks: [{ url: 'https://a', secrets: ['plain'] }] } } },
      {},
      'config-schema /parties/fire/webhooks/0/secrets/0',
    ],
    [{ parties: { street: { byStreet: { xujiahui: {} } } } }, {}, 'config-schema /parties/street/byStreet/xujiahui'],
    [{ parties: { fire: { webhooks: [{ url: 'https://u:p@a/', secrets: [SECRET] }] } } }, {}, 'config-url /parties/fire/webhooks/0/url'],
    [{ tokens: [{ name: 'wall', hash: 'short', role: 'viewer' }] }, {}, 'config-schema /tokens/0/hash'],
    [{ tokens: [{ name: 'wall', hash: HASH, role: 'king' }] }, {}, 'config-schema /tokens/0/role'],
    [{ gateways: { g: { passwordHash: 'hunter2' } } }, {}, 'config-schema /gateways/g/passwordHash'],
    [{ parties: { fire: { mqtt: { passwordHash: 'hunter2' } } } }, {}, 'config-schema /parties/fire/mqtt/passwordHash'],
    [{ parties: { fire: { mqtt: {} } } }, {}, 'config-schema /parties/fire/mqtt'],
    [
      { parties: { street: { byStreet: { '310104014': { mqtt: { password: 'x' } } } } } },
      {},
      'config-schema /parties/street/byStreet/310104014/mqtt/password',
    ],
    [
      { gateways: { fire: { passwordHash: PASSWORD } }, parties: { fire: { mqtt: { passwordHash: PASSWORD } } } },
      {},
      'config-log-in-twice /parties/fire/mqtt',
    ],
    [{ tokens: [{ name: 'desk', hash: HASH, role: 'operator', street: '310104014' }] }, {}, 'config-schema /tokens/0'],
    [{ clock: { maxAhead: '5 minutes' } }, {}, 'config-schema /clock/maxAhead'],
    ['{"http":{"port":1},"http":{"port":2}}', {}, 'config-key-duplicate /http'],
    ['{"__proto__":{}}', {}, 'config-key-forbidden /__proto__'],
    ['{', {}, 'config-json'],
    [{}, { MAIBO_HTTP_PORT: '80a' }, 'config-environment /MAIBO_HTTP_PORT'],
    [{}, { MAIBO_MQTT_URL: 'broker:1883' }, 'config-environment /MAIBO_MQTT_URL'],
    [{}, { MAIBO_INFLUX_API: 'v3' }, 'config-environment /MAIBO_INFLUX_API'],
    [{}, { MAIBO_INFLUX_TOKEN: 't' }, 'config-environment /MAIBO_INFLUX_URL'],
  ])('%j with %j', (content, env, expected) => {
    expect(pointersOf(content, env as Record<string, string>)).toContain(expected);
  });

  test('say how many there are, and each once, in the list', () => {
    const one = refusalOf(() => load({ htpp: {} }));
    expect(one).toMatchObject({ code: 'config-invalid', message: 'The configuration has one fault.', problems: [{ pointer: '/htpp' }] });
    expect(refusalOf(() => load({ htpp: {}, log: 1 }, { MAIBO_HTTP_PORT: 'x' })).message).toBe('The configuration has 3 faults.');
  });

  test('never repeat a secret that stands in the wrong place', () => {
    const refusal = refusalOf(() => load({ tokens: [{ name: 'wall', hash: 'hunter2', role: 'hunter2' }], hunter2: 1 }));
    expect(JSON.stringify(refusal.problems.map(({ message }) => message))).not.toContain('hunter2');
  });
});

describe('safety', () => {
  test('on loopback addresses every door is open until it has credentials', () => {
    expect(openDoors(load({}))).toEqual({ http: true, mqtt: true });
    expect(openDoors(load({ tokens: [{ name: 'wall', hash: HASH, role: 'viewer' }] }))).toEqual({ http: false, mqtt: true });
    expect(openDoors(load({ gateways: { g: { passwordHash: PASSWORD }, h: { codec: 'json' } } }))).toEqual({ http: true, mqtt: false });
    expect(openDoors(load({ gateways: { h: { codec: 'json' } } }))).toEqual({ http: true, mqtt: true });
    expect(openDoors(load({ parties: { fire: { mqtt: { passwordHash: PASSWORD } } } }))).toEqual({ http: true, mqtt: false });
    expect(() => assertSafe(load({}))).not.toThrow();
  });

  test.each([
    [{ http: { host: '0.0.0.0' } }, 'no tokens'],
    [{ mqtt: { host: '0.0.0.0' } }, 'no gateways'],
    [{ http: { host: '0.0.0.0' }, tokens: [{ name: 'wall', hash: HASH, role: 'viewer' }], mqtt: { host: '::' } }, 'no gateways'],
    [{ http: { host: '192.168.1.2' }, security: 'open' }, '"open" is for loopback'],
    [{ mqtt: { host: 'maibo.example' }, security: 'open' }, '"open" is for loopback'],
    [{ security: 'closed' }, 'no tokens'],
    [{ parties: { fire: { mqtt: { passwordHash: PASSWORD } } } }, 'no gateways'],
  ])('%j does not start, and one sentence says why', (content, why) => {
    const refusal = refusalOf(() => assertSafe(load(content)));
    expect(refusal.code).toBe('config-unsafe');
    expect(refusal.message).toContain(why);
    expect(refusal.message).toMatch(/^[^\n]+\.$/);
  });

  test('other addresses start with gateways and tokens; an existing broker asks for its own passwords', () => {
    const tokens = [{ name: 'wall', hash: HASH, role: 'viewer' }];
    expect(() =>
      assertSafe(load({ http: { host: '0.0.0.0' }, mqtt: { host: '0.0.0.0' }, tokens, gateways: { g: { passwordHash: PASSWORD } } })),
    ).not.toThrow();
    expect(() => assertSafe(load({ http: { host: '0.0.0.0' }, mqtt: { host: '0.0.0.0', url: 'mqtt://b' }, tokens }))).not.toThrow();
  });

  test('what is loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', '128.0.0.1'].some(isLoopback)).toBe(false);
  });
});

describe('log-ins', () => {
  test('each has one purpose, and an office is named as in its topic', () => {
    const mqtt = { passwordHash: PASSWORD };
    const config = load({
      gateways: { 'gw-01': mqtt, fire: {} },
      parties: { fire: { mqtt }, police: {}, street: { byStreet: { '310104014': { mqtt }, '310104003': {} } } },
    });
    expect(logInsOf(config).map(({ user, as }) => [user, as])).toEqual([
      ['gw-01', { kind: 'gateway', gateway: 'gw-01' }],
      ['fire', { kind: 'party', party: 'fire', street: null }],
      ['street/310104014', { kind: 'party', party: 'street', street: '310104014' }],
    ]);
  });

  test('a token may be a party’s, or an office’s', () => {
    const token = { name: 'desk', hash: HASH, role: 'operator' };
    const { tokens } = load({ tokens: [token, { ...token, party: 'street', street: '310104014' }] });
    expect(tokens).toEqual([
      { ...token, party: null, street: null },
      { ...token, party: 'street', street: '310104014' },
    ]);
  });
});

describe('endpoints', () => {
  const hook = (url: string, drills?: boolean) => ({ url, secrets: [SECRET], ...(drills === undefined ? {} : { drills }) });
  const config = load({
    parties: {
      street: {
        byStreet: { '310104014': { webhooks: [hook('http://xujiahui/'), hook('http://all/')] } },
        webhooks: [hook('http://all/'), hook('http://drill/', true)],
      },
      fire: {},
    },
  });
  const urls = (party: string, street: string | null) =>
    endpointsOf(config, party, street).map((endpoint) => endpoint.kind === 'webhook' && endpoint.url);

  test('those of the street come first, each address once, with an id that stays', () => {
    expect(urls('street', '310104014')).toEqual(['http://xujiahui/', 'http://all/', 'http://drill/']);
    expect(urls('street', '310104003')).toEqual(['http://all/', 'http://drill/']);
    expect([urls('fire', null), urls('nobody', null), urls('constructor', null)]).toEqual([[], [], []]);
    expect(endpointsOf(config, 'street', null)[0]?.id).toBe(endpointsOf(config, 'street', '310104014')[1]?.id);
  });

  test('no address hears of drills unless it says so', () => {
    expect(endpointsOf(config, 'street', null).map((endpoint) => endpoint.kind === 'webhook' && endpoint.drills)).toEqual([false, true]);
  });
});
