import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { Core } from './core.ts';
import { Pipeline } from './pipeline.ts';
import { serve, type ServeOptions } from './serve.ts';
import { CHECKOUT } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-serve-'));
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

function options(over: Partial<ServeOptions> = {}): ServeOptions {
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
    MAIBO_LOG_LEVEL: 'silent',
    MAIBO_HISTORY: 'none',
  };
  const config = loadConfig({ cwd: CHECKOUT, env });
  return {
    config,
    clock: 'wall',
    signal: new AbortController().signal,
    variant: { journal: { worker } },
    started: () => undefined,
    ...over,
  };
}

/** The core does not survive news of a parked delivery, and they come while the first entry is being written. */
function breakWhileStarting(): void {
  const step = Core.prototype.step;
  vi.spyOn(Core.prototype, 'step').mockImplementation(function (this: Core, event, outcome) {
    if (event.kind === 'parked') throw new Error('the core is broken');
    return step.call(this, event, outcome);
  });
  const submit = Pipeline.prototype.submit;
  vi.spyOn(Pipeline.prototype, 'submit').mockImplementation(async function (this: Pipeline, event) {
    const submitted = submit.call(this, event);
    submitted.catch(() => undefined);
    if (event.kind !== 'configured') return submitted;
    await new Promise((resolve) => setImmediate(resolve));
    submit.call(this, { kind: 'parked', delivery: 'd', order: 'wo', party: 'fire', reason: 'http-400' }).catch(() => undefined);
    return submitted;
  });
}

describe('maibo serve', { timeout: 30_000 }, () => {
  it('ends with its reason when the pipeline fails while it starts, and lets go of everything', async () => {
    breakWhileStarting();
    const started = vi.fn();
    await expect(serve(options({ started }))).rejects.toThrow('exit 1');
    expect(started).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    // The lock of the directory is free again: the start that failed has settled.
    const stop = new AbortController();
    const again = (): Promise<number> => serve(options({ signal: stop.signal, started: () => stop.abort() }));
    await expect.poll(() => again().catch((error: Error) => error.message), { timeout: 15_000, interval: 200 }).toBe(0);
  });

  it('says what a start says itself', async () => {
    const refused = options();
    await expect(serve({ ...refused, config: { ...refused.config, rulesDir: join(directory, 'none') } })).rejects.not.toThrow('exit');
  });
});
