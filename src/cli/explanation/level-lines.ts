import type { ExplainedLevel, ExplainedMoment } from '../../model/explanation.ts';
import type { Level } from '../../model/level.ts';
import { conditionLines, MARK } from './condition-lines.ts';
import { labelledParts, short, type Page } from './page.ts';

const COLOUR: Readonly<Record<Level, string>> = { blue: '蓝', yellow: '黄', orange: '橙', red: '红' };
const STATE = { quiet: '未到 quiet', holding: '持续中 holding', active: '告警 active' } as const;

/** A level: its timers in one line, its conditions below; what clears it only where it stands. */
export function levelLines(level: ExplainedLevel, page: Page): string[] {
  const { when, clear, state } = level;
  const clearing = state === 'active' && clear !== null;
  return [
    ...labelledParts(`${MARK[when.truth]} ${COLOUR[level.level]} ${level.level}`, [STATE[state], ...timers(level, page)], page),
    ...conditionLines(when, 4, page),
    ...(clearing ? ['  解除 clears', ...conditionLines(clear, 4, page)] : []),
  ];
}

function timers({ state, since, hold, held, raises, clearHold, clearHeld, clears }: ExplainedLevel, page: Page): string[] {
  const said: string[] = [];
  if (since !== null) said.push(`${page.time(since)} 起 since`);
  if (state === 'holding') said.push(`持续 held ${short(held ?? '0s')} / ${hold}`);
  else if (state === 'quiet' && hold !== '0s') said.push(`须持续 for ${hold}`);
  if (raises !== null) said.push(`${moment(raises, page)} 升级 raises`);
  if (state === 'active' && clearHeld !== null) said.push(`解除 clearing ${short(clearHeld)} / ${clearHold}`);
  else if (state === 'active' && clearHold !== '0s') said.push(`解除须 clearing for ${clearHold}`);
  if (clears !== null) said.push(`${moment(clears, page)} 解除 clears`);
  return said;
}

function moment({ at, decided }: ExplainedMoment, { time }: Page): string {
  return at === decided ? time(at) : `${time(at)}（${time(decided)} 判定 decided）`;
}
