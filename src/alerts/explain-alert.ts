import type { Alert } from '../model/alert.ts';
import type { Explanation, Reason } from '../model/explanation.ts';
import type { Level } from '../model/level.ts';
import type { Text } from '../model/text.ts';
import { formatDuration, type Millis } from '../model/time.ts';

const COLOUR: Readonly<Record<Level, string>> = { blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' };

/** What keeps an alert whose condition has ended; `null` for one that nothing but its condition keeps. */
export function latchOf({ latched, level }: Alert): Reason | null {
  if (!latched) return null;
  return {
    code: 'latched',
    text: {
      zh: `条件已消失，${COLOUR[level]}告警自锁，等人复位或关闭工单`,
      en: `its condition is over; the ${level} alert stays until a person resets it or its order is closed`,
    },
  };
}

/** One sentence: what the alert was, or why it still is. `live` is how its rule stands now; `null` where that is gone. */
export function summarizeAlert(alert: Alert, live: Explanation | null): Text {
  if (alert.state === 'resolved') return past(alert);
  const latch = latchOf(alert);
  const now = latch?.text ?? live?.summary ?? { zh: '其规则已不在运行', en: 'its rule is not in force any more' };
  if (live === null || live.rule.version === alert.version) return now;
  return {
    zh: `${now.zh}；由第 ${alert.version} 版触发，现行第 ${live.rule.version} 版`,
    en: `${now.en}; version ${alert.version} spoke, version ${live.rule.version} is in force`,
  };
}

function past({ since, firedAt, resolvedAt, peak, because, reset }: Alert): Text {
  const lasted = seconds((resolvedAt ?? since) - (firedAt ?? since));
  if (firedAt === null) return { zh: `持续未满即消失：${because.zh}`, en: `it was over before its hold had passed: ${because.en}` };
  const who = reset ? { zh: `，由 ${reset.by} 复位`, en: `, reset by ${reset.by}` } : { zh: '', en: '' };
  return {
    zh: `已解除，历时 ${lasted}，最高${COLOUR[peak]}${who.zh}：${because.zh}`,
    en: `over after ${lasted}, ${peak} at its peak${who.en}: ${because.en}`,
  };
}

function seconds(duration: Millis): string {
  return formatDuration(Math.round(duration / 1_000) * 1_000);
}
