import { describe, expect, test } from 'vitest';
import { createEmitter } from './emitter.ts';
import { EVENT_TABLE } from './event-table.ts';
import { createLogger } from './logger.ts';
import type { LogLevel } from './logger.ts';
import { createMetrics } from './metrics.ts';

function bench(level: LogLevel = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    level,
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const metrics = createMetrics();
  return { lines, metrics, logger, emit: createEmitter({ logger, metrics }) };
}

describe('telemetry', () => {
  test('one emit is one log line and one count', async () => {
    const { emit, lines, metrics } = bench();
    emit({ name: 'ingest.connection-refused', reason: 'bad password', client: 'gw-01' });
    expect(lines).toMatchObject([{ event: 'ingest.connection-refused', reason: 'bad password', client: 'gw-01', level: 40 }]);
    const text = await metrics.text();
    expect(text).toContain('maibo_events_total{event="ingest.connection-refused"} 1');
    expect(text).toContain('maibo_refusals_total{what="connection"} 1');
  });

  test('an event that is only counted writes no line, and one below the level neither', async () => {
    const { emit, lines, metrics } = bench('info');
    emit({
      name: 'pipeline.batch-decided',
      messages: { json: { read: 3, rejected: 1 } },
      rejections: { schema: 1 },
      readings: 7,
      duplicates: 2,
      late: 0,
      implausible: 0,
      lag: 0.2,
    });
    emit({ name: 'journal.batch-committed', offset: 9, events: 4, bytes: 400, milliseconds: 2 });
    expect(lines).toEqual([]);
    const text = await metrics.text();
    expect(text).toContain('maibo_messages_total{codec="json",result="read"} 3');
    expect(text).toContain('maibo_rejections_total{code="schema"} 1');
    expect(text).toContain('maibo_duplicates_total 2');
    expect(text).toContain('maibo_commit_seconds_count 1');
    expect(text).toContain('maibo_log_offset 9');
  });

  test('secrets never reach the log, however deep they lie', () => {
    const { logger, lines } = bench();
    logger.info({ secrets: ['whsec_abc'], endpoint: { token: 'abc' }, parties: { fire: { webhook: { secret: 'abc' } } } }, 'x');
    expect(JSON.stringify(lines)).not.toContain('abc');
  });

  test('every event name follows the law area.noun-verb and lies in a known area', () => {
    for (const name of Object.keys(EVENT_TABLE))
      expect(name).toMatch(/^(ingest|journal|pipeline|deliver|history|api|config)\.[a-z]+(-[a-z]+)+$/);
  });

  test('every metric of ours begins with maibo_', async () => {
    const names = (await createMetrics().registry.getMetricsAsJSON()).map((metric) => metric.name);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(name).toMatch(/^maibo_/);
  });
});
