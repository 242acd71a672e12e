import type { OutageMode } from '../../../history/influx/test-outage-modes.ts';

export const MODE_WORDS: Readonly<Record<OutageMode | 'ok', string>> = {
  ok: 'well 正常',
  '413': '413 over 1,000 lines 超过千行',
  '422 partial': '422 takes all but the bad lines 只拒坏行',
  '400 bad line': '400 to a request with a bad line 含坏行则全拒',
  '204 reset': '204, then a reset 应答后断开',
  '503': '503',
  '429': '429, Retry-After: 5',
  '400': '400 to everything 一律 400',
  hang: 'never answers 无应答',
  refuse: 'port closed 端口关闭',
};

/** In two of the modes every so manieth reading is one that the store will never take. */
export const BAD_EVERY = 9_973;
export const isBad = (number: number): boolean => number % BAD_EVERY === 0;

/** What the store says of itself. */
export interface OutageFigures {
  /** Readings that are there, told apart as a server does it: by sensor, time and what stands below the millisecond. */
  readonly distinct: number;
  /** Of the lines that came, those that were there already. */
  readonly repeats: number;
  readonly requests: number;
  /** Requests that were open at once, at the most. */
  readonly peak: number;
}

export type OutageRequest = { readonly kind: 'mode'; readonly mode: OutageMode | 'ok' } | { readonly kind: 'figures' };
