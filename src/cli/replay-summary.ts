import { fit } from '../app/demo/display-width.ts';
import type { SkipReason } from '../app/replay/map-row.ts';
import type { ReplaySummary } from '../app/replay/replay.ts';
import type { Text } from '../model/text.ts';

const REASON: Readonly<Record<SkipReason, Text>> = {
  filtered: { zh: '映射不取的行', en: 'left out by the mapping' },
  'sensor-not-wanted': { zh: '映射不取的设备', en: 'sensor left out by the mapping' },
  'outside-range': { zh: '不在 --from/--to 内', en: 'outside --from/--to' },
  'no-value': { zh: '没有数值', en: 'no value' },
  'value-unreadable': { zh: '数值无法读懂', en: 'value unreadable' },
  'time-unreadable': { zh: '时间无法读懂', en: 'time unreadable' },
  'sensor-unmapped': { zh: '设备不在表中', en: 'sensor not in the table' },
  'row-malformed': { zh: '行已损坏', en: 'row malformed' },
};

const ENDED: Readonly<Record<ReplaySummary['ended'], Text>> = {
  'end-of-file': { zh: '记录已放完', en: 'end of the recording' },
  limit: { zh: '已到 --limit', en: '--limit reached' },
  interrupted: { zh: '被中断', en: 'interrupted' },
};

/** What a person reads at the end; every row that was left out stands in it under its reason. */
export function replaySummaryLines(summary: ReplaySummary): string[] {
  const line = (zh: string, en: string, value: string | number): string => `  ${fit(zh, 28)}${fit(en, 46)}${value}`;
  const rate = Math.round(summary.readings / Math.max(0.001, summary.seconds));
  const lines = [
    `${summary.file} → ${summary.url}`,
    line('读到的行', 'rows read', summary.rows),
    line('发布的读数', 'readings published', summary.readings),
    line('消息（已确认）', 'messages (acknowledged)', `${summary.messages} (${summary.acknowledged})`),
  ];
  for (const [reason, count] of Object.entries(summary.skipped) as [SkipReason, number][])
    if (count > 0) lines.push(line(`未发布：${REASON[reason].zh}`, `not published: ${REASON[reason].en}`, count));
  if (summary.cells.missing > 0) lines.push(line('已发布行中的缺值', 'cells missing in published rows', summary.cells.missing));
  if (summary.cells.unreadable > 0) lines.push(line('已发布行中的坏值', 'cells unreadable in published rows', summary.cells.unreadable));
  if (summary.outOfOrder > 0) lines.push(line('时间倒退的读数', 'readings out of time order', summary.outOfOrder));
  if (summary.reconnects > 0) lines.push(line('重新连接', 'reconnections', summary.reconnects));
  if (summary.first !== null) lines.push(line('记录时间', 'recorded time', `${summary.first} … ${String(summary.last)}`));
  lines.push(line('用时', 'took', `${summary.seconds.toFixed(1)} s, ${rate}/s`));
  lines.push(line('结束', 'ended', `${ENDED[summary.ended].zh} / ${ENDED[summary.ended].en}`));
  return lines;
}
