import type { BacktestReport } from '../app/backtest/backtest-report.ts';
import type { MovedAlert, RunDiff } from '../app/backtest/diff-runs.ts';
import type { RunAlert, RunOrder } from '../app/backtest/run-result.ts';
import type { Level } from '../model/level.ts';
import { formatDuration, type Millis } from '../model/time.ts';
import { localText } from './instant.ts';

const LEVEL: Readonly<Record<Level, string>> = { blue: '蓝 blue', yellow: '黄 yellow', orange: '橙 orange', red: '红 red' };
/** Of each list; all of it is in the JSON. */
const SHOWN = 20;
const UNRIPE = 5;

/** A back-test for people; times are those of the city. */
export function backtestLines(report: BacktestReport, zone: string): string[] {
  const { diff } = report;
  return [
    ...headLines(report, zone),
    ...tableLines(report),
    ...listLines(
      '新增告警 alerts gained',
      diff.alerts.gained.map((one) => `+ ${alertText(one, zone)}`),
    ),
    ...listLines(
      '消失告警 alerts lost',
      diff.alerts.lost.map((one) => `- ${alertText(one, zone)}`),
    ),
    ...listLines(
      '提前或推迟 alerts moved',
      diff.alerts.moved.map((one) => `~ ${movedText(one, zone)}`),
    ),
    ...listLines(
      '等级或结束不同 alerts altered',
      diff.alerts.altered.map((one) => `~ ${alteredText(one, zone)}`),
    ),
    ...listLines(
      '新增工单 orders gained',
      diff.orders.gained.map((one) => `+ ${orderText(one, zone)}`),
    ),
    ...listLines(
      '消失工单 orders lost',
      diff.orders.lost.map((one) => `- ${orderText(one, zone)}`),
    ),
    ...loadLines(report),
    ...noteLines(report),
  ];
}

function headLines({ against, changed, from, readings, rules, seconds, to, warm }: BacktestReport, zone: string): string[] {
  const compared = against === 'rules' ? '与另一套规则比较 beside other rules' : '与当时实况比较 beside what was done then';
  const which = against === 'rules' ? ` · 变更 changed ${changed.length === 0 ? '0' : `${changed.length}: ${changed.join(', ')}`}` : '';
  const rate = seconds > 0 ? ` · ${Math.round(readings / seconds).toLocaleString('en')}/s` : '';
  return [
    `回测 back-test  ${localText(from, zone)} → ${localText(to, zone)}  ${compared}`,
    `规则 rules run ${rules.length}${which}`,
    `读数 readings ${readings.toLocaleString('en')} · ${seconds.toFixed(1)} s${rate} · 预热 warm-up ${warm === 0 ? '0' : formatDuration(warm)}`,
  ];
}

function tableLines({ against, diff }: BacktestReport): string[] {
  const before = against === 'rules' ? '原 before' : '当时 then';
  const row = (name: string, { after, altered, before: was, gained, lost, moved, same }: RunDiff['alerts'] | RunDiff['orders']): string =>
    `${name}  ${before} ${was} → 新 after ${after}   相同 same ${same} · 新增 gained ${gained.length} · 消失 lost ${lost.length} · 移动 moved ${moved.length} · 变化 altered ${altered.length}`;
  return ['', row('告警 alerts', diff.alerts), row('工单 orders', diff.orders)];
}

function listLines(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [`  … 另有 ${lines.length - SHOWN} 条，见 --json · ${lines.length - SHOWN} more, see --json`] : [];
  return ['', `${title} ${lines.length}`, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...more];
}

function alertText({ firedAt, key, peak, rule }: RunAlert, zone: string): string {
  return `${localText(firedAt, zone)}  ${rule}  ${key}  ${LEVEL[peak]}`;
}

function movedText({ after, before, by }: MovedAlert, zone: string): string {
  const way = by < 0 ? `提前 ${spell(-by)} earlier` : `推迟 ${spell(by)} later`;
  return `${localText(before.firedAt, zone)} → ${localText(after.firedAt, zone)}  ${way}  ${after.rule}  ${after.key}`;
}

function alteredText({ after, before }: MovedAlert, zone: string): string {
  const ends = (one: RunAlert): string => (one.resolvedAt === null ? '未结束 still on' : localText(one.resolvedAt, zone));
  const level = before.peak === after.peak ? LEVEL[after.peak] : `${LEVEL[before.peak]} → ${LEVEL[after.peak]}`;
  const end = before.resolvedAt === after.resolvedAt ? '' : `  止 ends ${ends(before)} → ${ends(after)}`;
  return `${localText(after.firedAt, zone)}  ${after.rule}  ${after.key}  ${level}${end}`;
}

function orderText({ level, openedAt, parties, place, sort }: RunOrder, zone: string): string {
  return `${localText(openedAt, zone)}  ${sort}  ${place}  ${LEVEL[level]}  → ${parties.join(', ')}`;
}

function loadLines({ diff, handledAfter }: BacktestReport): string[] {
  const shown = diff.load.filter(({ after, before }) => (before ?? 0) + after > 0);
  if (shown.length === 0) return [];
  const answered =
    handledAfter === null
      ? '无人应答 nobody answers'
      : `假定派出后 ${formatDuration(handledAfter)} 处置完毕 taken to be done ${formatDuration(handledAfter)} after being sent`;
  const was = (count: number | null): string => (count === null ? '?' : String(count));
  return [
    '',
    `派单量 times sent out（${answered}）`,
    ...shown.map(
      ({ after, before, mostAfter, mostBefore, party }) =>
        `  ${party}  ${was(before)} → ${after}   最忙一小时 busiest hour ${was(mostBefore)} → ${mostAfter}`,
    ),
  ];
}

function noteLines({ counts, cut, unripe }: BacktestReport): string[] {
  const notes = [
    ...(cut ? ['告警或工单过多，未全部保留：请缩短时段 / there were more than are kept: take a shorter span'] : []),
    ...unripe
      .slice(0, UNRIPE)
      .map(
        ({ reach, rule }) =>
          `${rule} 需回看 ${formatDuration(reach)}，预热不足，结果偏少（--warm）/ looks back ${formatDuration(reach)}, more than it was shown (--warm)`,
      ),
    ...(unripe.length > UNRIPE
      ? [
          `另有 ${unripe.length - UNRIPE} 条规则预热不足，见 --json / ${unripe.length - UNRIPE} more rules look back further than they were shown, see --json`,
        ]
      : []),
    ...counted(counts?.late, '条读数到达过晚 readings came too late to be judged in their turn'),
    ...counted(counts?.unknown, '条读数的设备不在城市文件中 readings of sensors that the city files do not take'),
    ...counted(counts?.unruled, '次因判断对象过多未能判断 times a rule had no room for another key'),
    ...counted(counts?.failures, '次判断失败 times something could not be followed'),
  ];
  return notes.length === 0 ? [] : ['', ...notes.map((note) => `! ${note}`)];
}

function counted(count: number | undefined, what: string): string[] {
  return count === undefined || count === 0 ? [] : [`${count.toLocaleString('en')} ${what}`];
}

function spell(by: Millis): string {
  return by >= 1_000 ? formatDuration(Math.round(by / 1_000) * 1_000) : `${by}ms`;
}
