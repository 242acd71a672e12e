/** What an input method for Chinese puts in the place of what JSON is made of. */
const ASCII: Readonly<Record<string, string>> = {
  '，': ',',
  '、': ',',
  '；': ',',
  '：': ':',
  '“': '"',
  '”': '"',
  '‘': '"',
  '’': '"',
  '＂': '"',
  '「': '"',
  '」': '"',
  '｛': '{',
  '｝': '}',
  '［': '[',
  '］': ']',
  '【': '[',
  '】': ']',
  '\u3000': ' ',
};
const NAMES: Readonly<Record<string, string>> = { ',': 'comma', ':': 'colon', '"': 'quote', '{': 'brace', '}': 'brace', ' ': 'space' };
/** A quote that was meant to end a text, which went on to the next plain quote: on another line, or with JSON inside. */
const MEANT_AS_END = /[“”](?=[^\n]*\n|\s*[,:}\]])/;

/** Why a text is no JSON, in one sentence that says the mend. `error` is what the parser said. */
export function jsonFault(text: string, error: Error): string {
  if (text.trim() === '') return 'The file is empty; write its JSON object, from { to }.';
  const position = /position (\d+)/.exec(error.message)?.[1];
  const at = position === undefined ? text.length : Number(position);
  const wide = findWide(text, at);
  if (wide !== null) return sayWide(text, wide);
  const place = placeOf(text, at);
  if (at >= text.trimEnd().length) return 'The file ends before all is closed; add the missing }, ] or quote.';
  const before = text.slice(0, at).trimEnd();
  if (before.endsWith(',') && (text[at] === '}' || text[at] === ']')) return `Take out the comma before ${text[at]} (${place}).`;
  if (before.endsWith(',') && text[at] === ',') return `Take out one of the two commas (${place}).`;
  if (text[at] === '/') return `Take the comment out: JSON has none (${place}).`;
  if (error.message.includes('control character')) return `Close the text with a quote " before its line ends (${place}).`;
  return `Make this valid JSON: ${error.message}${position === undefined ? '' : ` (${place})`}.`;
}

function sayWide(text: string, at: number): string {
  const found = text[at] as string;
  const meant = ASCII[found] as string;
  const name = NAMES[meant] ?? 'bracket';
  const shown = meant === ' ' ? 'an ordinary space' : `an ASCII ${name} ${meant}`;
  return `A full-width ${name} 「${found}」 stands here (${placeOf(text, at)}); write ${shown}.`;
}

/** The first full-width mark outside of all texts, else one that was to end the text before the fault; `null`: none. */
function findWide(text: string, fault: number): number | null {
  let last: { readonly start: number; readonly text: string } | null = null;
  for (let i = 0; i < text.length && i <= fault; i += 1) {
    const char = text[i] as string;
    if (Object.hasOwn(ASCII, char)) return i;
    if (char !== '"') continue;
    const end = endOfText(text, i);
    last = { start: i, text: text.slice(i, end) };
    i = end;
  }
  const end = last === null ? -1 : last.text.search(MEANT_AS_END);
  return last === null || end === -1 ? null : last.start + end;
}

function endOfText(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

/** The parser counts characters; people count lines. */
function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}`;
}
