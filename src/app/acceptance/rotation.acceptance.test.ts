import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReceiver, type Receiver } from '../../../fixtures/receiver/receiver.mjs';
import { ROOT, startServer, type ServerProcess } from './server-process.ts';
import { freePort } from './trial-city.ts';
import { until } from './until.ts';

interface Message {
  readonly data: { readonly order: { readonly place: { readonly id: string } }; readonly assignment: { readonly party: string } };
}

const OLD = `whsec_${Buffer.from('the old secret of the trial').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the new secret of the trial').toString('base64')}`;

/*
 * `maibo serve` as a process, the reference receiver, SIGHUP: from the old secret to both to the new one.
 */
describe('a secret is changed without a restart', () => {
  let directory: string;
  let server: ServerProcess;
  let receiver: Receiver<Message>;
  let http: string;
  let port: number;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'maibo-rotation-'));
    port = await freePort();
    receiver = await open(OLD);
    const ports = [await freePort(), await freePort()] as const;
    http = `http://127.0.0.1:${ports[0]}`;
    configure(OLD);
    const env = {
      MAIBO_CONFIG: join(directory, 'maibo.json'),
      MAIBO_DATA_DIR: join(directory, 'data'),
      MAIBO_HISTORY: 'none',
      MAIBO_CITY_DIR: join(ROOT, 'fixtures/xuhui'),
      MAIBO_RULES_DIR: join(ROOT, 'rules'),
      MAIBO_HTTP_PORT: String(ports[0]),
      MAIBO_MQTT_PORT: String(ports[1]),
    };
    server = await startServer({ entry: join(ROOT, 'dist/main.js'), args: ['serve'], env }, http);
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await receiver.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function open(...secrets: string[]): Promise<Receiver<Message>> {
    return openReceiver<Message>({ secrets, file: join(directory, 'inbox'), port, act: () => null });
  }

  function configure(...secrets: string[]): void {
    const webhooks = [{ url: receiver.url, secrets }];
    const parties = { fire: { webhooks }, police: { webhooks }, street: { webhooks }, ops: { webhooks } };
    writeFileSync(join(directory, 'maibo.json'), JSON.stringify({ parties, log: { level: 'info' } }));
  }

  async function counted(event: string): Promise<number> {
    const line = (await (await fetch(`${http}/metrics`)).text())
      .split('\n')
      .find((one) => one.startsWith(`maibo_events_total{event="${event}"}`));
    return Number(line?.split(' ')[1] ?? 0);
  }

  async function rotate(...secrets: string[]): Promise<void> {
    const before = await counted('config.secrets-taken');
    configure(...secrets);
    process.kill(server.pid, 'SIGHUP');
    await until('the new configuration', async () => (await counted('config.secrets-taken')) > before);
  }

  /** At a place of its own; resolves when the receiver has taken what it is told of it. */
  async function alarm(sensor: string, place: string): Promise<void> {
    const body = JSON.stringify([{ sensor, values: { smoke: 1 } }]);
    expect((await fetch(`${http}/api/v1/readings`, { method: 'POST', body })).status).toBe(200);
    await until(`a message of ${place}`, () => [...receiver.taken.values()].some(({ data }) => data.order.place.id === place));
  }

  it('nothing is refused on the way, and a file with a fault changes nothing', async () => {
    await alarm('smoke-iapm-01', 'iapm');
    await rotate(OLD, NEW);
    await alarm('smoke-stadium-01', 'shanghai-stadium');
    await receiver.close();
    receiver = await open(NEW);
    await alarm('smoke-shnu-01', 'shnu');
    await rotate(NEW);
    writeFileSync(join(directory, 'maibo.json'), '{ "parties": ');
    process.kill(server.pid, 'SIGHUP');
    await until('the refusal', async () => (await counted('config.secrets-refused')) === 1);
    await alarm('smoke-ecust-01', 'ecust');
    expect(receiver.counts.refused).toBe(0);
    const parked = (await (await fetch(`${http}/api/v1/deliveries?state=parked`)).json()) as { items: unknown[] };
    expect(parked.items).toEqual([]);
  });
});
