import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { CommunicationObserver, Headers, SendOptions, Transport } from '@influxdata/influxdb-client';
import { credentialsOf } from './credentials.ts';
import type { InfluxSettings } from './influx-options.ts';

/** The client's way to the server, made safe to wait for. */
export interface GuardedTransport {
  readonly transport: Transport;
  /** Drops the idle connections. */
  close(): void;
}

/**
 * Three things the client leaves open. Its time-out counts silence on a socket and does not end the request: behind a server
 * that hangs, connections leak, and with a cap on them the next request waits for ever. Without a cap there are as many as
 * there are requests. And 201 with words, "partly written", is a success to it.
 */
export function guardTransport(settings: InfluxSettings): GuardedTransport {
  const { url, timeout, connections } = settings;
  const agentOptions = { keepAlive: true, maxSockets: connections };
  const agent = url.startsWith('https:') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const { transport } = new InfluxDB({ url, timeout, headers: credentialsOf(settings), transportOptions: { agent } });
  return { transport: { ...bind(transport), send: guardedSend(transport, timeout) }, close: () => agent.destroy() };
}

function bind(transport: Transport): Transport {
  return {
    send: transport.send.bind(transport),
    request: transport.request.bind(transport),
    iterate: transport.iterate.bind(transport),
    chunkCombiner: transport.chunkCombiner,
  };
}

function guardedSend(transport: Transport, timeout: number): Transport['send'] {
  return (path: string, body: string, options: SendOptions, callbacks: Partial<CommunicationObserver<Uint8Array>> = {}) => {
    const ended = new AbortController();
    const late = new Error(`no answer within ${timeout} ms`);
    let settled = false;
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      then();
    };
    const fail = (error: Error): void => {
      settle(() => callbacks.error?.(error));
      ended.abort();
    };
    const deadline = setTimeout(() => fail(late), timeout);
    const answer = new Answer();
    transport.send(
      path,
      body,
      { ...options, signal: ended.signal },
      {
        responseStarted(headers, status) {
          answer.start(headers, status);
          callbacks.responseStarted?.(headers, status);
        },
        next: (data) => answer.add(data),
        error: fail,
        complete: () => {
          const fault = answer.fault();
          if (fault === null) settle(() => callbacks.complete?.());
          else fail(fault);
        },
      },
    );
  };
}

/** Status and first words of an answer that the client takes for a success. */
class Answer {
  private status: number | undefined;
  private headers: Headers = {};
  private words = '';

  start(headers: Headers, status: number | undefined): void {
    this.headers = headers;
    this.status = status;
  }

  add(data: Uint8Array): void {
    if (this.words.length < 1_000) this.words += Buffer.from(data).toString('utf8');
  }

  /** Only 204 says that all of it is written; 201 does when it has nothing to add. */
  fault(): Error | null {
    const { status, headers, words } = this;
    if (status === 204 || (status === 201 && words.trim() === '')) return null;
    if (status === undefined) return new Error('the request ended without an answer');
    const meant = status === 201 ? 422 : status;
    return new HttpError(meant, undefined, words, undefined, String(headers['content-type']), undefined, headers);
  }
}
