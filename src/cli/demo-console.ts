import { bannerLines, captionLines, closedLines, deliveredLine, orderHead, receiptLine } from '../app/demo/console-lines.ts';
import type { ClosedSummary, DeliveredLine, DemoBanner, ReceiptLine, Sheet, ShownOrder } from '../app/demo/console-lines.ts';
import { createPaint } from '../app/demo/console-words.ts';
import { wrap } from '../app/demo/display-width.ts';
import type { Caption } from '../app/demo/scene.ts';
import type { Millis } from '../model/time.ts';

export interface DemoConsole {
  readonly banner: (banner: DemoBanner) => void;
  readonly caption: (caption: Caption) => void;
  readonly delivered: (line: DeliveredLine) => void;
  readonly receipt: (line: ReceiptLine) => void;
  readonly closed: (summary: ClosedSummary) => void;
  /** Anything else in one line, e.g. that the day is over. */
  readonly note: (zh: string, en: string) => void;
}

export interface DemoConsoleOptions {
  /** Gets whole lines, with their line ends. */
  readonly write: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
  /** Zone in which the story's clock is read. */
  readonly zone?: string;
}

/** Draws the demo: what happens stands under the head of its order, and the head is repeated when another came between. */
export function createDemoConsole(options: DemoConsoleOptions): DemoConsole {
  const sheet: Sheet = {
    columns: Math.max(72, Math.min(options.columns, 120)),
    paint: createPaint(options.colour),
    time: timeOfDay(options.zone ?? 'Asia/Shanghai'),
  };
  let head = '';
  const print = (lines: readonly string[]): void => options.write(`${lines.join('\n')}\n`);
  const under = (at: Millis, order: ShownOrder, line: string): void => {
    const now = `${order.id} ${order.level} ${order.title.zh}`;
    const lines = now === head ? [line] : ['', ...orderHead(at, order, sheet), line];
    head = now;
    print(lines);
  };
  const apart = (lines: readonly string[]): void => {
    head = '';
    print(lines);
  };
  return {
    banner: (banner) => apart(bannerLines(banner, sheet)),
    caption: (caption) => apart(captionLines(caption, sheet)),
    delivered: (line) => under(line.at, line.order, deliveredLine(line, sheet)),
    receipt: (line) => under(line.at, line.order, receiptLine(line, sheet)),
    closed: (summary) => apart(closedLines(summary, sheet)),
    note: (zh, en) => apart(['', ...[...wrap(zh, sheet.columns - 2), ...wrap(en, sheet.columns - 2)].map((line) => `  ${line}`)]),
  };
}

function timeOfDay(zone: string): (at: Millis) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => format.format(at);
}
