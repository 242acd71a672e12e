import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import type { ClosedSummary, DeliveredLine, DemoBanner, ReceiptLine } from './console-lines.ts';
import { runDemo } from './run-demo.ts';
import type { Caption } from './scene.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const config = loadConfig({ env: { MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' }, cwd: REPOSITORY });
// A worker thread runs compiled code only: build first.
const journal = { worker: new URL('../../../dist/journal/commit-worker.js', import.meta.url) };
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('maibo-demo-'));

function watcher() {
  const seen = {
    banners: [] as DemoBanner[],
    captions: [] as Caption[],
    delivered: [] as DeliveredLine[],
    receipts: [] as ReceiptLine[],
    closed: [] as ClosedSummary[],
  };
  return {
    seen,
    show: {
      banner: (one: DemoBanner) => void seen.banners.push(one),
      caption: (one: Caption) => void seen.captions.push(one),
      delivered: (one: DeliveredLine) => void seen.delivered.push(one),
      receipt: (one: ReceiptLine) => void seen.receipts.push(one),
      closed: (one: ClosedSummary) => void seen.closed.push(one),
      over: () => undefined,
    },
  };
}

describe('maibo demo', () => {
  it('plays the whole day through a real server: every order is delivered, answered and closed', { timeout: 60_000 }, async () => {
    const { seen, show } = watcher();
    const before = folders();
    const result = await runDemo({ config, seed: 20_130_913, hurry: 24, once: true, signal: new AbortController().signal, show, journal });
    expect(result).toMatchObject({ stopped: false, orders: 6, closed: 6, open: 0 });
    expect(result.acknowledged).toBe(result.messages);
    expect(seen.captions.length).toBe(11);
    expect(seen.delivered.filter((line) => line.type === 'order.dispatched').length).toBe(15);
    expect(seen.delivered.every((line) => line.verified && line.latency !== null && line.latency >= 0)).toBe(true);
    for (const { order, trail } of seen.closed) {
      const steps = trail.filter((entry) => entry.what === 'order.receipt').map((entry) => entry.state);
      expect(new Set(steps), order.id).toEqual(new Set(['accepted', 'on-site', 'resolved']));
    }
    expect(folders()).toEqual(before);
  });

  it('stops when it is told to and leaves nothing behind', { timeout: 20_000 }, async () => {
    const { seen, show } = watcher();
    const before = folders();
    const stop = new AbortController();
    const running = runDemo({
      config,
      seed: 1,
      hurry: 10,
      once: false,
      signal: stop.signal,
      journal,
      show: { ...show, receipt: () => stop.abort() },
    });
    const result = await running;
    expect(result.stopped).toBe(true);
    expect(seen.delivered[0]?.order.place.zh).toBe('长桥一村');
    const [orders] = seen.banners[0]?.addresses ?? [];
    await expect(fetch(orders?.url as string)).rejects.toThrow();
    expect(folders()).toEqual(before);
  });
});
