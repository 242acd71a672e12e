import type { InfluxSettings } from './influx-options.ts';

/** 1.x before 1.8 knows user and password only as Basic. */
export function credentialsOf({ token, api }: Pick<InfluxSettings, 'token' | 'api'>): Readonly<Record<string, string>> {
  if (token === null) return {};
  return { authorization: api === 'v2' ? `Token ${token}` : `Basic ${Buffer.from(token).toString('base64')}` };
}
