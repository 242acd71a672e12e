import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PartyReceiver } from './party-receivers.ts';
import { ROOT, startServer, type ServerProcess } from './server-process.ts';
import { freePort, TRIAL_SECRET } from './trial-city.ts';

const ENTRY = join(ROOT, 'dist/main.js');

interface Settings {
  readonly config: object;
  /** Wins over what the trials set. */
  readonly env: Readonly<Record<string, string>>;
}

export type PartyName = 'fire' | 'police' | 'street';

/** The real `maibo serve` over fixtures/xuhui as a process of its own, and three parties' systems. */
export class XuhuiServer {
  readonly http: string;
  readonly mqttPort: number;
  readonly receivers: Readonly<Record<PartyName, PartyReceiver>>;
  private readonly directory: string;
  private readonly env: Readonly<Record<string, string>>;
  private process: ServerProcess | null = null;

  private constructor(
    directory: string,
    ports: readonly [number, number],
    receivers: Record<PartyName, PartyReceiver>,
    settings: Settings,
  ) {
    this.directory = directory;
    this.http = `http://127.0.0.1:${ports[0]}`;
    this.mqttPort = ports[1];
    this.receivers = receivers;
    const file = join(directory, 'maibo.json');
    const parties = Object.fromEntries(
      Object.entries(receivers).map(([party, { url }]) => [party, { webhooks: [{ url, secrets: [TRIAL_SECRET] }] }]),
    );
    writeFileSync(file, JSON.stringify({ parties, log: { level: 'warn' }, ...settings.config }));
    this.env = environment(directory, {
      MAIBO_CONFIG: file,
      MAIBO_HTTP_PORT: String(ports[0]),
      MAIBO_MQTT_PORT: String(ports[1]),
      ...settings.env,
    });
  }

  static async start(config: object = {}, env: Readonly<Record<string, string>> = {}): Promise<XuhuiServer> {
    const directory = mkdtempSync(join(tmpdir(), 'maibo-scenes-'));
    const [fire, police, street] = await Promise.all([0, 1, 2].map(() => PartyReceiver.open(TRIAL_SECRET)));
    const receivers = { fire: fire as PartyReceiver, police: police as PartyReceiver, street: street as PartyReceiver };
    const server = new XuhuiServer(directory, [await freePort(), await freePort()], receivers, { config, env });
    await server.restart();
    return server;
  }

  /** Over the same data, under the same addresses. */
  async restart(): Promise<void> {
    this.process = await startServer({ entry: ENTRY, args: ['serve'], env: this.env }, this.http);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    return (await this.process?.kill(signal)) ?? null;
  }

  async remove(): Promise<void> {
    await this.kill();
    await Promise.all(Object.values(this.receivers).map((receiver) => receiver.close()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return answerOf(await fetch(this.http + path, { headers }));
  }

  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
    return answerOf(await fetch(this.http + path, init));
  }

  /** The value of one counter of /metrics; 0 while it was never counted. */
  async counter(name: string): Promise<number> {
    const text = await (await fetch(`${this.http}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1] ?? 0,
    );
  }
}

export interface Answer {
  readonly status: number;
  readonly body: ApiBody;
}

/** What the scenes read of the answers, whichever it is; the shapes themselves are held by the tests of the API. */
export interface ApiBody {
  readonly items: readonly ApiItem[];
  readonly next: string | null;
  readonly state: string;
  readonly assignments: readonly { readonly party: string; readonly state: string }[];
  readonly trail: readonly {
    readonly at: string;
    readonly what: string;
    readonly party: string | null;
    readonly state: string | null;
    readonly door: string;
  }[];
  readonly receipts: readonly { readonly id: string }[];
  readonly deliveries: readonly { readonly party: string; readonly to: string; readonly webhookId: string; readonly state: string }[];
  readonly standings: readonly { readonly key: string }[];
  readonly rejections: readonly { readonly code: string; readonly pointer: string }[];
}

interface ApiItem {
  readonly id: string;
  readonly subject: { readonly sensor: string | null; readonly place: string | null };
  readonly topic: string;
  readonly code: string;
  readonly pointer: string;
  readonly sample: string;
  readonly title: { readonly zh: string; readonly en: string };
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as ApiBody };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** For a server that is to refuse: runs it to its end. */
export async function serveToEnd(over: Readonly<Record<string, string>>, config: object = {}): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-refusal-'));
  writeFileSync(join(directory, 'maibo.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [ENTRY, 'serve'], { cwd: directory, env: { ...process.env, ...environment(directory, over) } });
  const heard = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (heard.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (heard.err += chunk.toString()));
  const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(deadline);
  rmSync(directory, { recursive: true, force: true });
  return { code, ...heard };
}

function environment(directory: string, over: Readonly<Record<string, string>>): Record<string, string> {
  return {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_HISTORY: 'none',
    MAIBO_CITY_DIR: join(ROOT, 'fixtures/xuhui'),
    MAIBO_RULES_DIR: join(ROOT, 'rules'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
    ...over,
  };
}
