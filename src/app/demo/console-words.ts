import type { Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import type { AssignmentState, OrderMessageType, TrailEntry } from '../../model/work-order.ts';

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

export const TRAIL_WORD: Readonly<Record<TrailEntry['what'], Text>> = {
  ...TYPE_WORD,
  'order.receipt': { zh: '回执', en: 'receipt' },
  'order.delivery-parked': { zh: '投递受阻', en: 'parked' },
  'order.delivery-unheard': { zh: '无人接收', en: 'unheard' },
  'order.delivery-taken': { zh: '已恢复接收', en: 'taken' },
  'order.due-soon': { zh: '时限将至', en: 'due soon' },
  'order.overdue': { zh: '超时', en: 'overdue' },
  'order.eased': { zh: '降级', en: 'eased' },
  'order.called-again': { zh: '再次呼叫', en: 'called again' },
  'order.withdrawn': { zh: '撤回派单', en: 'withdrawn' },
  'order.verified': { zh: '核查通过', en: 'verified' },
  'order.returned': { zh: '核查退回', en: 'returned' },
  'order.reopened': { zh: '重开', en: 'reopened' },
  'order.digested': { zh: '并入摘要', en: 'digested' },
  'alert.reset': { zh: '人工复位', en: 'reset' },
};

export const STATE_WORD: Readonly<Record<AssignmentState, Text>> = {
  dispatched: { zh: '派单', en: 'dispatched' },
  accepted: { zh: '接单', en: 'accepted' },
  'on-site': { zh: '到场', en: 'on site' },
  resolved: { zh: '处置完毕', en: 'resolved' },
  declined: { zh: '谢绝', en: 'declined' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
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
