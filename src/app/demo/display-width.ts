/** Terminal columns of a text: East Asian wide and full-width characters take two, combining marks and joiners none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character.codePointAt(0) as number);
  return width;
}

/** Ranges that UAX #11 calls W or F, as far as terminals agree on them; first and last code point in turn. */
const WIDE: readonly number[] = [
  0x1100, 0x115f, 0x231a, 0x231b, 0x23e9, 0x23ec, 0x25fd, 0x25fe, 0x2614, 0x2615, 0x26a1, 0x26a1, 0x2705, 0x2705, 0x274c, 0x274c, 0x2e80,
  0x303e, 0x3041, 0x33ff, 0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xa000, 0xa4cf, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f,
  0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000, 0x3fffd,
];

function widthOf(code: number): 0 | 1 | 2 {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if ((code >= 0x300 && code <= 0x36f) || (code >= 0x200b && code <= 0x200f) || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  for (let i = 0; i < WIDE.length; i += 2) if (code >= (WIDE[i] as number) && code <= (WIDE[i + 1] as number)) return 2;
  return 1;
}

/** Fills with spaces on the right to `columns`; a longer text is cut, its last column an ellipsis. */
export function fit(text: string, columns: number): string {
  const width = displayWidth(text);
  return width <= columns ? text + ' '.repeat(columns - width) : cut(text, columns);
}

export function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    const next = widthOf(character.codePointAt(0) as number);
    if (width + next > columns - 1) break;
    kept += character;
    width += next;
  }
  return `${kept}…${' '.repeat(Math.max(0, columns - 1 - width))}`;
}

/** A word, or one East Asian character, with the closing marks that must not begin a line. */
const PIECE = /(?: +|[\u2e80-\u3000\u3003-\u9fff]|[^ \u2e80-\u9fff\uff00-\uffef]+|[\uff00-\uffef\u3001\u3002])[，。；：、！？）」』”]*/g;

/** Breaks into lines of at most `columns`: at spaces, or between two East Asian characters. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(PIECE) ?? []) {
    if (displayWidth(line) + displayWidth(piece.trimEnd()) > columns && line !== '') {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}
