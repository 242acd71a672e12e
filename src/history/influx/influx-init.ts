import type { Millis } from '../../model/time.ts';
import { StoreFault } from '../store-fault.ts';
import { credentialsOf } from './credentials.ts';
import { influxFault, statusFault } from './influx-fault.ts';
import { settingsOf } from './influx-options.ts';
import type { InfluxOptions, InfluxSettings } from './influx-options.ts';

/** What was done, or found done already. */
export interface InitStep {
  readonly kind: 'made' | 'changed' | 'found';
  readonly what: 'database' | 'bucket' | 'retention';
  readonly name: string;
  /** How long points are kept; `null`: for ever. */
  readonly keep: Millis | null;
}

const HOUR: Millis = 3_600_000;

/**
 * Makes the place where history is kept, and says how long. Safe to call again. A policy of 1.x keeps an hour at least, and
 * holds for all that is in it: readings, signs, alerts and orders alike.
 */
export async function initInflux(options: InfluxOptions, keep: Millis | null): Promise<readonly InitStep[]> {
  const settings = settingsOf(options);
  try {
    return settings.api === 'v1' ? await initDatabase(settings, keep) : await initBucket(settings, keep);
  } catch (error) {
    throw influxFault(error, settings.now());
  }
}

type Table = readonly { readonly [column: string]: unknown }[];

async function initDatabase(settings: InfluxSettings, keep: Millis | null): Promise<readonly InitStep[]> {
  const { database } = settings;
  const seconds = keep === null ? 0 : Math.max(HOUR, keep) / 1_000;
  const kept = keep === null ? null : seconds * 1_000;
  const there = (await statement(settings, 'SHOW DATABASES')).some(({ name }) => name === database);
  if (!there) await statement(settings, `CREATE DATABASE ${quoted(database)}`);
  const policies = await statement(settings, `SHOW RETENTION POLICIES ON ${quoted(database)}`);
  const standard = policies.find((row) => row['default'] === true)?.['name'];
  const policy = settings.policy ?? (typeof standard === 'string' ? standard : 'autogen');
  const present = policies.find(({ name }) => name === policy);
  const steps: InitStep[] = [{ kind: there ? 'found' : 'made', what: 'database', name: database, keep: kept }];
  const named = { what: 'retention', name: policy, keep: kept } as const;
  const on = `RETENTION POLICY ${quoted(policy)} ON ${quoted(database)} DURATION ${seconds === 0 ? 'INF' : `${Math.ceil(seconds)}s`}`;
  if (present === undefined) {
    await statement(settings, `CREATE ${on} REPLICATION 1`);
    return [...steps, { kind: 'made', ...named }];
  }
  if (secondsOf(String(present['duration'])) === Math.ceil(seconds)) return [...steps, { kind: 'found', ...named }];
  await statement(settings, `ALTER ${on}`);
  return [...steps, { kind: 'changed', ...named }];
}

/** `720h0m0s`; `0s` is for ever. */
function secondsOf(duration: string): number {
  let seconds = 0;
  for (const [, digits, unit] of duration.matchAll(/(\d+)([hms])/g))
    seconds += Number(digits) * (unit === 'h' ? 3_600 : unit === 'm' ? 60 : 1);
  return seconds;
}

const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

async function statement(settings: InfluxSettings, query: string): Promise<Table> {
  const answer = (await ask(settings, 'POST', { path: '/query', body: new URLSearchParams({ q: query }) })) as {
    readonly results?: readonly {
      readonly error?: string;
      readonly series?: readonly { readonly columns: readonly string[]; readonly values?: readonly (readonly unknown[])[] }[];
    }[];
  };
  const result = answer.results?.[0];
  if (result === undefined) throw new StoreFault('forbidden', 'this is no InfluxDB');
  if (result.error !== undefined) throw new StoreFault('forbidden', result.error);
  const [table] = result.series ?? [];
  return (table?.values ?? []).map((row) => Object.fromEntries(row.map((value, n) => [table?.columns[n] ?? '', value])));
}

interface Bucket {
  readonly id: string;
  readonly retentionRules?: readonly { readonly everySeconds: number }[];
}

async function initBucket(settings: InfluxSettings, keep: Millis | null): Promise<readonly InitStep[]> {
  const { bucket: name, org } = settings;
  const everySeconds = keep === null ? 0 : Math.ceil(Math.max(HOUR, keep) / 1_000);
  const kept = everySeconds === 0 ? null : everySeconds * 1_000;
  const retentionRules = everySeconds === 0 ? [] : [{ type: 'expire', everySeconds }];
  const orgID = await organisation(settings, org ?? '');
  const path = `/api/v2/buckets?orgID=${orgID}&name=${encodeURIComponent(name)}`;
  const { buckets = [] } = (await ask(settings, 'GET', { path }, [404])) as { readonly buckets?: readonly Bucket[] };
  const [present] = buckets;
  if (present === undefined) {
    await ask(settings, 'POST', { path: '/api/v2/buckets', body: JSON.stringify({ orgID, name, retentionRules }) });
    return [{ kind: 'made', what: 'bucket', name, keep: kept }];
  }
  const found: InitStep = { kind: 'found', what: 'bucket', name, keep: kept };
  if ((present.retentionRules?.[0]?.everySeconds ?? 0) === everySeconds) return [found];
  await ask(settings, 'PATCH', { path: `/api/v2/buckets/${present.id}`, body: JSON.stringify({ retentionRules }) });
  return [found, { kind: 'changed', what: 'retention', name, keep: kept }];
}

async function organisation(settings: InfluxSettings, name: string): Promise<string> {
  const { orgs = [] } = (await ask(settings, 'GET', { path: `/api/v2/orgs?org=${encodeURIComponent(name)}` })) as {
    readonly orgs?: readonly { readonly id: string }[];
  };
  const [org] = orgs;
  if (org === undefined) throw new StoreFault('forbidden', `no organisation ${name}`);
  return encodeURIComponent(org.id);
}

interface Question {
  readonly path: string;
  readonly body?: string | URLSearchParams;
}

/** @param absent statuses that mean that there is nothing, not that something went wrong */
async function ask(settings: InfluxSettings, method: string, { path, body }: Question, absent: readonly number[] = []): Promise<object> {
  const { url, timeout, now } = settings;
  const json = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const headers = { accept: 'application/json', ...json, ...credentialsOf(settings) };
  const signal = AbortSignal.timeout(timeout);
  const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
    method,
    headers,
    redirect: 'manual',
    signal,
    ...(body === undefined ? {} : { body }),
  });
  if (absent.includes(answer.status)) return {};
  if (!answer.ok) throw await statusFault(answer, now());
  const text = await answer.text();
  try {
    return text === '' ? {} : (JSON.parse(text) as object);
  } catch {
    throw new StoreFault('forbidden', `no JSON: ${text.slice(0, 100)}`);
  }
}
