import { hasInfluxd } from '../../../history/influx/test-influx-server.ts';
import { faultsOf, runLossTrial, type LossTrialResult } from './loss-trial.ts';
import { VALUES } from './numbered-publisher.ts';
import { embeddedTrialStore, influxTrialStore } from './trial-store.ts';

/*
 * `npm run test:history [readings] [embedded|influxdb]`: a million readings over MQTT into a whole server, two in each
 * millisecond of a sensor, over each store of history while it is killed again and again. Exit 0 only when each store has every
 * reading, and has it once.
 */
const readings = Number(process.argv[2] ?? 1_000_000);
const only = process.argv[3];
if (!Number.isSafeInteger(readings) || readings < 1_000 || !['embedded', 'influxdb', undefined].includes(only)) {
  process.stderr.write('npm run test:history [readings, 1000 or more 读数] [embedded|influxdb]\n');
  process.exit(2);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`· ${line}\n`);
const thousands = (value: number): string => value.toLocaleString('en');

const results: LossTrialResult[] = [];
for (const [kind, store] of [
  ['influxdb', influxTrialStore],
  ['embedded', embeddedTrialStore],
] as const) {
  if (only !== undefined && only !== kind) continue;
  if (kind === 'influxdb' && !hasInfluxd()) {
    print('✗ influxdb: no influxd on the PATH 没有 influxd: apt-get install influxdb');
    process.exitCode = 1;
    continue;
  }
  progress(`${kind}: ${thousands(readings)} readings 读数, ${VALUES} a message 每条消息`);
  results.push(await runLossTrial({ store, readings, random: Math.random, patience: 600_000, progress }));
}

const rows: readonly (readonly [string, (of: LossTrialResult) => string])[] = [
  ['acknowledged 已确认的读数', ({ sent }) => thousands(sent)],
  ['stored, distinct 已存，互不相同', ({ stored }) => thousands(stored.distinct)],
  ['missing 缺失', ({ sent, stored }) => thousands(Math.max(0, sent - stored.distinct))],
  ['double 重复', ({ stored }) => thousands(stored.points - stored.distinct)],
  ['different values 不同的值', ({ stored }) => thousands(stored.values)],
  ['refused, gaps 被拒，缺口', ({ quarantined, lost }) => `${quarantined}, ${lost}`],
  ['killed with kill -9 被杀', ({ victims }) => victims.join(' ')],
  ['entries behind at the kill 被杀时落后的条目', ({ behindAtKill }) => behindAtKill.map(thousands).join(' ')],
  ['published in 发布用时', ({ publishSeconds }) => `${publishSeconds.toFixed(1)} s`],
  ['all stored after 全部存入用时', ({ seconds }) => `${seconds.toFixed(1)} s`],
];
print(`| kept in 存于 | ${results.map(({ store }) => store).join(' | ')} |`);
print(`| --- |${results.map(() => ' ---: |').join('')}`);
for (const [name, figure] of rows) print(`| ${name} | ${results.map(figure).join(' | ')} |`);
for (const result of results) {
  const faults = faultsOf(result);
  print(
    `${faults.length === 0 ? '✓' : '✗'} ${result.store}: ${faults.length === 0 ? 'nothing lost, nothing twice 无丢失，无重复' : faults.join(' · ')}`,
  );
  if (faults.length > 0) process.exitCode = 1;
}
