import type { Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import type { AssignmentState, OrderMessageType } from '../../model/work-order.ts';

export const LEVEL_WORD: Readonly<Record<Level, Text>> = {
  blue: { zh: '蓝', en: 'blue' },
  yellow: { zh: '黄', en: 'yellow' },
  orange: { zh: '橙', en: 'orange' },
  red: { zh: '红', en: 'red' },
};

export const TYPE_WORD: Readonly<Record<OrderMessageType, Text>> = {
  'order.dispatched': { zh: '派单', en: 'dispatched' },
  'order.escalated': { zh: '升级', en: 'escalated' },
  'order.updated': { zh: '更新', en: 'updated' },
  'order.accepted': { zh: '已接单', en: 'accepted' },
  'order.on-site': { zh: '已到场', en: 'on site' },
  'order.resolved': { zh: '已处置', en: 'resolved' },
  'order.closed': { zh: '闭环', en: 'closed' },
  'order.cancelled': { zh: '撤销', en: 'cancelled' },
};

export const STATE_WORD: Readonly<Record<AssignmentState, Text>> = {
  dispatched: { zh: '派单', en: 'dispatched' },
  accepted: { zh: '接单', en: 'accepted' },
  'on-site': { zh: '到场', en: 'on site' },
  resolved: { zh: '处置完毕', en: 'resolved' },
  declined: { zh: '谢绝', en: 'declined' },
};

const LEVEL_PAINT: Readonly<Record<Level, string>> = { blue: '94', yellow: '93', orange: '38;5;208', red: '1;91' };

export interface Paint {
  readonly level: (level: Level, text: string) => string;
  readonly good: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

export function createPaint(colour: boolean): Paint {
  const wrap = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    level: (level, text) => wrap(LEVEL_PAINT[level], text),
    good: (text) => wrap('32', text),
    dim: (text) => wrap('2', text),
    strong: (text) => wrap('1', text),
  };
}
