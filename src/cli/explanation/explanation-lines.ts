import type { ExplainedSensor, Explanation, KeyAbsence, KeyExplanation } from '../../model/explanation.ts';
import { cityTime } from './city-time.ts';
import { factLines, reasonLines, shownText } from './condition-lines.ts';
import { levelLines } from './level-lines.ts';
import { flowing, indented, labelled, labelledParts, short, spoken, type Page } from './page.ts';
import { windowLines } from './window-lines.ts';

/** An explanation for a terminal: what it comes to first, then what that rests on. */
export function explanationLines(explanation: Explanation, columns: number): string[] {
  const { rule, key, asked, summary, zone, exists } = explanation;
  const page: Page = { columns, time: cityTime(zone, explanation.at) };
  const places = exists ? [explanation.place, explanation.street].filter((one) => one !== null) : [];
  const where = places.map(({ title }) => `${title.zh} ${title.en}`);
  const lines = [
    ...indented(0, `${rule.title.zh} · ${rule.title.en}  ${rule.id} v${rule.version}`, page),
    ...labelledParts('对象 key', [key ?? asked, ...where], page),
    ...spoken('结论 why', summary, page),
    ...(exists ? keyLines(explanation, page) : absenceLines(explanation, page)),
  ];
  return lines.map((line) => line.trimEnd());
}

function keyLines(key: KeyExplanation, page: Page): string[] {
  const { value, rule } = key;
  const unit = value.value === null || rule.unit === 'state' ? '' : ` ${rule.unit}`;
  return [
    ...labelledParts('时刻 at', clockParts(key, page), page),
    ...labelled('数值 value', `${value.text} = ${shownText(value.value)}${unit}`, page),
    ...factLines(value, 15, page),
    ...(value.unknown === null || value.parts.some((part) => part.unknown !== null) ? [] : reasonLines(value.unknown, 15, page)),
    ...waitingLines(key, page),
    ...untold(key).flatMap(({ text }, i) => spoken(i === 0 ? '另外 also' : '', text, page)),
    '',
    ...key.levels.toReversed().flatMap((level) => levelLines(level, page)),
    ...(key.windows.length === 0 ? [] : ['', '记忆 memory', ...windowLines(key.windows, page)]),
    ...sensorLines(key, page),
  ];
}

/** What the summary has not said already. */
function untold({ heldBy, summary }: KeyExplanation): KeyExplanation['heldBy'] {
  return heldBy.filter(({ text }) => !summary.en.includes(text.en));
}

function clockParts({ at, newest, reached, due }: KeyExplanation, { time }: Page): string[] {
  return [
    time(at),
    ...(newest === null ? [] : [`最新读数 newest ${time(newest.at)}（${short(newest.ago)} 前 ago）`]),
    ...(reached === null || reached === at ? [] : [`判到 judged to ${time(reached)}`]),
    ...(due === null ? [] : [`下次 next ${time(due.decided)}`]),
  ];
}

function waitingLines({ lateness, waiting }: Explanation, page: Page): string[] {
  if (lateness === '0s') return [];
  const { readings, judged, newest } = waiting;
  const text =
    judged === null
      ? `${lateness} · 没有读数在等候 no reading waits`
      : `${lateness} · ${readings} 条读数在等候 readings wait，${page.time(judged)} 起判断 judged from`;
  const shown = newest.map(({ sensor, measure, at, value }) => `${page.time(at)} ${sensor} ${measure} ${shownText(value)}`);
  return [...labelled('迟到 lateness', text, page), ...flowing(15, shown, page)];
}

function absenceLines({ sensors, moreSensors, measures, keys, ...rest }: KeyAbsence, page: Page): string[] {
  return [
    ...(measures.length === 0
      ? []
      : labelled('测量 measures', measures.map((measure) => (measure === '*' ? '任何 any' : measure)).join(', '), page)),
    ...waitingLines({ sensors, moreSensors, measures, keys, ...rest }, page),
    ...(keys.length === 0 ? [] : labelled('已有 keys', keys.join(', '), page)),
    ...sensorLines({ sensors, moreSensors }, page),
  ];
}

function sensorLines(
  { sensors, moreSensors }: { readonly sensors: readonly ExplainedSensor[]; readonly moreSensors: number },
  page: Page,
): string[] {
  if (sensors.length === 0) return [];
  const lines = sensors.flatMap(({ sensor, model, heard }) =>
    indented(2, `${sensor}（${model}）${heard === null ? '从未有消息 never heard' : `${page.time(heard)} 有消息 heard`}`, page),
  );
  return ['', '设备 sensors', ...lines, ...(moreSensors === 0 ? [] : [`  … 另 ${moreSensors} 个 more`])];
}
