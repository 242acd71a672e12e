/** What moves a cursor, colours or turns round what stands beside it: controls, line separators, changes of direction. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
const UNSEEN_IN_LINES = /(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Text from outside for a terminal: what cannot be seen is written as `\u001b`, which is also right within JSON. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** The same, but for the ends of lines and tabs. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text from outside to be kept: what cannot be seen, but for the ends of lines and tabs, becomes the mark of what was lost. */
export function cleanText(text: string): string {
  return text.replace(UNSEEN_IN_LINES, '\ufffd');
}
