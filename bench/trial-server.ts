import { join } from 'node:path';
import { startServer, type ServerProcess } from '../src/app/acceptance/server-process.ts';
import { makeTrial, type Trial } from '../src/app/acceptance/trial-city.ts';

export interface RunningTrial {
  readonly trial: Trial;
  readonly server: ServerProcess;
  stop(): Promise<void>;
}

export interface TrialServerOptions {
  readonly root: string;
  /** `durable` is the product; `none` commits without waiting for the disk. */
  readonly durability: 'durable' | 'none';
  readonly places: number;
  readonly receiver: string;
}

/** A real server process over a city made for the trial. */
export async function openTrialServer(options: TrialServerOptions): Promise<RunningTrial> {
  const trial = await makeTrial({ root: options.root, places: options.places, loadSensors: 2_000, receiver: options.receiver });
  const dist = join(options.root, 'dist');
  const command =
    options.durability === 'durable'
      ? { entry: join(dist, 'main.js'), args: ['serve'], env: trial.env }
      : { entry: join(dist, 'app/acceptance/variant-server.js'), args: ['none'], env: trial.env };
  const server = await startServer(command, trial.http);
  return {
    trial,
    server,
    stop: async () => {
      await server.kill('SIGTERM');
      trial.remove();
    },
  };
}
