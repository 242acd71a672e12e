/** An element with text, or with elements. */
export type XmlNode = readonly [name: string, content: string | readonly XmlNode[]];

/** What XML 1.0 cannot hold, however it is written: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const REPLACEMENT = '\uFFFD';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** One document of elements without attributes, in one namespace. Names are ours; text may be anything. */
export function writeXml([name, content]: XmlNode, namespace: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${contentOf(content, 1)}</${name}>\n`;
}

/** An impossible character becomes U+FFFD, so that one sees that something stood there. */
export function xmlText(text: string): string {
  return text.replace(IMPOSSIBLE, REPLACEMENT).replace(/[&<>\r]/g, (character) => ENTITIES[character] as string);
}

function contentOf(content: XmlNode[1], depth: number): string {
  if (typeof content === 'string') return xmlText(content);
  const indent = '  '.repeat(depth);
  const lines = content.map(([name, inner]) => `\n${indent}<${name}>${contentOf(inner, depth + 1)}</${name}>`);
  return `${lines.join('')}\n${'  '.repeat(depth - 1)}`;
}
