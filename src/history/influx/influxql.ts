import type { Span } from '../../model/series.ts';
import { toNanos } from './nanos.ts';
import { encodeTag } from './outside-text.ts';

/** The server counts nanoseconds in 64 bits: 1677 to 2262. */
const FARTHEST = 9_223_372_036_000;

/** A value as a text of InfluxQL: whatever it is, it stays a value. */
export function literal(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

/** `"tag" = 'value'`, the value as it was written; `null` asks for none. */
export function tagIs(name: string, value: string | null): string[] {
  return value === null ? [] : [`"${name}" = ${literal(encodeTag(value))}`];
}

export function within({ from, to }: Span): string {
  return `time >= ${millis(from)} AND time < ${millis(to)}`;
}

export function millis(at: number): string {
  return `${bounded(at)}ms`;
}

/** The same as an integer of nanoseconds. */
export function integer(at: number): string {
  return toNanos({ at: bounded(at), nth: 0 });
}

const bounded = (at: number): number => Math.ceil(Math.min(FARTHEST, Math.max(-FARTHEST, at)));

/** For names of our own; none has a quote in it. */
export const columns = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
