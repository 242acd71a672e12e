import type { Server } from '../app/server-client.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Flags, FlagSpec } from './flags.ts';
import type { Io } from './io.ts';

/** For commands that ask the running server. */
export const SERVER_FLAGS: Readonly<Record<string, FlagSpec>> = {
  url: { value: 'URL', about: { zh: '服务地址，默认按配置', en: 'address of the server; default as configured' } },
  token: { value: 'TOKEN', about: { zh: '访问令牌，默认 MAIBO_TOKEN', en: 'access token; default MAIBO_TOKEN' } },
};

export function serverOf(flags: Flags, io: Io): Server {
  return { url: urlOf(flags, io), token: flags.text('token') ?? io.env['MAIBO_TOKEN'] ?? null };
}

function urlOf(flags: Flags, io: Io): string {
  const given = flags.text('url');
  if (given !== undefined) return given.replace(/\/$/, '');
  const file = flags.text('config');
  const { http } = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  return `http://${http.host}:${http.port}`;
}
