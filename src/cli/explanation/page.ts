import { displayWidth, fit, wrap } from '../../app/demo/display-width.ts';
import type { Text } from '../../model/text.ts';

/** Where lines are written: how wide, and how times are shown there. */
export interface Page {
  readonly columns: number;
  readonly time: (time: string) => string;
}

const LABEL = 15;

/** `对象 key       sensor:s1`; what is too long goes on below. A label without text is no line. */
export function labelled(label: string, text: string, { columns }: Page): string[] {
  return wrap(text, columns - LABEL).map((line, i) => `${fit(i === 0 ? label : '', LABEL)}${line}`);
}

/** The same for parts joined by dots: a line ends between two of them. */
export function labelledParts(label: string, parts: readonly string[], page: Page): string[] {
  return flowing(LABEL, parts, page).flatMap((line, i) => labelled(i === 0 ? label : '', line.slice(LABEL), page));
}

/** A duration without its milliseconds: nobody reads them. */
export function short(duration: string): string {
  return duration.replace(/(?<=[smhd])\d+ms$/, '');
}

/** Both languages, one below the other. */
export function spoken(label: string, { zh, en }: Text, page: Page): string[] {
  return [...labelled(label, zh, page), ...labelled('', en, page)];
}

/** A line with its indent; further lines stand a little deeper. */
export function indented(depth: number, text: string, { columns }: Page): string[] {
  const margin = ' '.repeat(depth);
  return wrap(text, columns - depth - 2).map((line, i) => `${margin}${i === 0 ? '' : '  '}${line}`);
}

/** Parts joined by dots, as many as fit on each line. */
export function flowing(depth: number, parts: readonly string[], { columns }: Page): string[] {
  const margin = ' '.repeat(depth);
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1) ?? ''} · ${part}`;
    if (lines.length > 0 && displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(`${margin}${part}`);
  }
  return lines;
}
