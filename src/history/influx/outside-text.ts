/*
 * Texts come from outside, and a line break in one would begin a new line of the protocol: VictoriaMetrics 1.79 splits at it
 * even between quotes, so that a text could write points of its own. A tag that ends in a backslash, or is empty, no server
 * takes. Such characters are written as %XX, and a % only where it would be read as one of them; all else stays as it is.
 */

const IN_TAG = /[\\\u0000-\u001f\u007f]|%(?=[0-9A-F]{2})/;
const IN_TAG_ALL = new RegExp(IN_TAG, 'g');
const IN_FIELD = /[\u0000-\u001f\u007f]|%(?=[0-9A-F]{2})/;
const IN_FIELD_ALL = new RegExp(IN_FIELD, 'g');
const CODED = /%([0-9A-F]{2})/g;

/** An empty tag: no character is written so. */
const EMPTY = '%FF';

const code = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

export function encodeTag(text: string): string {
  if (text === '') return EMPTY;
  return IN_TAG.test(text) ? text.replace(IN_TAG_ALL, code) : text;
}

export function encodeField(text: string): string {
  return IN_FIELD.test(text) ? text.replace(IN_FIELD_ALL, code) : text;
}

/** Reads back what either of them wrote. */
export function decodeText(text: string): string {
  if (!text.includes('%')) return text;
  if (text === EMPTY) return '';
  return text.replace(CODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
