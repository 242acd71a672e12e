import type { Config } from '../config/config.ts';
import { Refusal } from '../model/problem.ts';
import { createEmitter } from '../telemetry/emitter.ts';
import type { Emit } from '../telemetry/events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App, type AppOptions } from './app.ts';
import { VERSION } from './version.ts';

export interface ServeOptions {
  readonly config: Config;
  /** Reads the configuration again, at SIGHUP. @throws Refusal when it has faults */
  readonly reread?: () => Config;
  readonly clock: 'wall' | 'events';
  /** Aborted when the server is to stop. */
  readonly signal: AbortSignal;
  /** For trials only. */
  readonly variant?: Pick<AppOptions, 'journal' | 'intake' | 'history'>;
  readonly started: (addresses: { readonly http: string; readonly mqtt: string; readonly rules: number; readonly sensors: number }) => void;
}

/** Runs until it is told to stop, or until the pipeline fails, also while it starts. @returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const logger = createLogger({ level: options.config.log.level });
  const metrics = createMetrics({ process: true });
  const emit = createEmitter({ logger, metrics });
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const { config, clock, variant } = options;
  const starting = startApp({ config, clock, version: VERSION, emit, metrics, fatal: fail, history: {}, ...variant });
  // Heard below as a failure of the pipeline, or as what the start says itself.
  starting.catch(() => undefined);
  const app = await Promise.race([failure, starting]);
  const error = app instanceof Error ? app : await run(app, { options, emit, failure });
  if (error === null) return 0;
  // Not one acknowledgement after a failed write: end at once, and let the next start recover what is on disk.
  logger.fatal({ event: 'app.stopped', error: error.message }, 'the pipeline failed; the process ends without acknowledging anything more');
  process.exit(1);
}

interface Running {
  readonly options: ServeOptions;
  readonly emit: Emit;
  readonly failure: Promise<Error>;
}

/** @returns why it cannot go on; `null` after a stop that was asked for. */
async function run(app: App, { options, emit, failure }: Running): Promise<Error | null> {
  announce(app, options);
  const reread = (): void => {
    void app.reload.request().catch(() => undefined);
    rotateSecrets(app, options, emit);
  };
  process.on('SIGHUP', reread);
  const stopped = new Promise<null>((resolve) => {
    if (options.signal.aborted) resolve(null);
    options.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const error = await Promise.race([failure, stopped]);
  process.off('SIGHUP', reread);
  if (error === null) await app.stop();
  return error;
}

/** A configuration with a fault changes nothing; what other than secrets differs in a good one is named, and waits for a restart. */
function rotateSecrets(app: App, { reread }: ServeOptions, emit: Emit): void {
  if (reread === undefined) return;
  try {
    const { changed, ignored } = app.rotateSecrets(reread());
    emit({ name: 'config.secrets-taken', webhooks: changed, ignored });
  } catch (error) {
    const [first] = error instanceof Refusal ? error.problems : [];
    const said = first === undefined ? '' : ` ${first.file}:${first.pointer} ${first.message}`;
    emit({ name: 'config.secrets-refused', error: `${error instanceof Error ? error.message : String(error)}${said}` });
  }
}

function announce(app: App, options: ServeOptions): void {
  const definition = app.core.inForce;
  options.started({
    http: app.http,
    mqtt: app.mqtt,
    rules: definition?.rules.rules.length ?? 0,
    sensors: definition?.city.sensors.length ?? 0,
  });
}
