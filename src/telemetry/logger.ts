import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** Where lines go; standard error when absent, so that standard output stays for what was asked. */
  readonly destination?: DestinationStream;
}

const SECRET_KEYS = ['secret', 'secrets', 'password', 'passwordHash', 'token', 'hash', 'authorization', 'apiKey'];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/** Synchronous on purpose: a worker transport loses the last lines before a crash, which are the ones that matter. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: DEPTHS.flatMap((depth) => SECRET_KEYS.map((key) => `${depth}${key}`)), censor: '[secret]' },
  };
  return pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }));
}
