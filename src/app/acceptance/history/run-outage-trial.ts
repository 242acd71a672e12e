import { parseArgs } from 'node:util';
import { VALUES } from './numbered-publisher.ts';
import { MODE_WORDS } from './outage-modes.ts';
import { barsOf, runOutageTrial, type PhaseFigures } from './outage-trial.ts';

/*
 * `npm run test:history-outage [-- --minutes 10] [--rate 20000]`: a whole server at a fixed rate, and a store of history that
 * fails in every way there is, one after the other, for so many minutes. Exit 0 only when nothing is missing afterwards; the other
 * bars are said with held or not held.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '20000' } } });
const [minutes, rate] = [Number(values.minutes), Number(values.rate)];
if (!(minutes > 0) || !(rate >= VALUES)) {
  process.stderr.write(`npm run test:history-outage [-- --minutes M 分钟] [--rate R ≥ ${VALUES} 读数/秒]\n`);
  process.exit(2);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const thousands = (value: number): string => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number): string => thousands(bytes / 1_048_576);
const words = ({ phase }: PhaseFigures): string =>
  phase === 'before' ? 'well, before 之前' : phase === 'after' ? 'well again 恢复后' : MODE_WORDS[phase];

const calm = Math.min(60_000, minutes * 6_000);
const progress = (line: string): void => void process.stderr.write(`· ${line}\n`);
const result = await runOutageTrial({ outage: minutes * 60_000, calm, rate, progress });

print(`${thousands(rate)} readings/s 读数/秒 · ${VALUES} a message 每条消息 · QoS 1`);
print('| store 历史库 | s | sent 已发 | stored 已存 | requests 请求 | PUBACK p99 ms | server MB | historian MB |');
print('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const phase of result.phases) {
  const { seconds, sent, stored, requests, p99, server, historian } = phase;
  const figures = [seconds, sent, stored, requests].map(thousands);
  print(`| ${words(phase)} | ${[...figures, p99.toFixed(1), megabytes(server), megabytes(historian)].join(' | ')} |`);
}
const { stored, aside, sent, backlog, silence } = result;
print(
  `acknowledged 已确认 ${thousands(sent)} · stored 已存 ${thousands(stored.distinct)} · set aside 隔离 ${thousands(aside.size)} · ` +
    `written again 重写 ${thousands(stored.repeats)} · backlog 积压 ${thousands(backlog)} · first taken after 恢复后首次写入 ${silence.toFixed(1)} s`,
);
const [whole, ...others] = barsOf(result);
for (const { name, figure, held } of [whole, ...others]) print(`${held ? '✓ held 达标' : '✗ not held 未达标'} · ${name}: ${figure}`);
process.exitCode = whole.held ? 0 : 1;
