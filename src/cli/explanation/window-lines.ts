import type { ExplainedRow, ExplainedSample, ExplainedWindow } from '../../model/explanation.ts';
import { shownText } from './condition-lines.ts';
import { flowing, indented, type Page } from './page.ts';

/** What is remembered for each fact: how many samples, from when, and the newest of them. */
export function windowLines(windows: readonly ExplainedWindow[], page: Page): string[] {
  return windows.flatMap(({ facts, rows, more }) => {
    const [only] = rows;
    if (only !== undefined && rows.length === 1 && only.sensor === null)
      return [...indented(2, `${facts.join(', ')} · ${extent(only, page)}`, page), ...samples(only, 4, page)];
    return [
      ...indented(2, facts.join(', '), page),
      ...rows.flatMap((row) => rowLines(row, page)),
      ...(more === 0 ? [] : [`    … 另 ${more} 个设备 more sensors`]),
    ];
  });
}

/** Of one sensor: on one line where that is enough. */
function rowLines(row: ExplainedRow, page: Page): string[] {
  const [only] = row.newest;
  if (row.newest.length === 1 && only !== undefined && row.from === null)
    return indented(4, `${row.sensor ?? ''}  ${sampleText(only, page)}`, page);
  return [...indented(4, `${row.sensor ?? ''} · ${extent(row, page)}`, page), ...samples(row, 6, page)];
}

function extent({ samples: count, from, to, covered }: ExplainedRow, { time }: Page): string {
  const parts = [`${count} 样本 samples`];
  if (from !== null && to !== null) parts.push(`${time(from)} – ${time(to)}`);
  if (covered !== null) parts.push(`覆盖 covered ${covered}`);
  return parts.join(' · ');
}

function samples({ newest, samples: count }: ExplainedRow, depth: number, page: Page): string[] {
  const shown = newest.map((sample) => sampleText(sample, page));
  const counted = newest.reduce((sum, sample) => sum + sample.count, 0);
  return flowing(depth, counted < count ? [...shown, '…'] : shown, page);
}

function sampleText({ at, value, count, sensor }: ExplainedSample, { time }: Page): string {
  const what = [sensor, value === null ? null : shownText(value), count === 1 ? null : `×${count}`].filter((part) => part !== null);
  return [time(at), ...what].join(' ');
}
