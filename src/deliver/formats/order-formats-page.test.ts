import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { capAlert } from './cap.ts';
import { binaryEvent, structuredEvent } from './cloud-event.ts';
import { bodyOf, SENDER } from './test-bodies.ts';
import type { Written } from './written.ts';

const FILE = fileURLToPath(new URL('../../../schemas/order-formats.md', import.meta.url));
const SOURCE = 'https://ops.example/maibo';

const headersOf = ({ headers }: Written): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
const pretty = ({ body }: Written): string => JSON.stringify(JSON.parse(body), null, 2);

/** What the page shows: the same order in each format, as the code writes it. */
function example(name: string): string {
  const body = bodyOf();
  if (name === 'cloudevents') return fenced('json', pretty(structuredEvent(body, SOURCE)));
  if (name === 'binary') return fenced('http', `${headersOf(binaryEvent(body, SOURCE))}\n\n${pretty(binaryEvent(body, SOURCE))}`);
  return fenced('xml', capAlert(bodyOf({}, {}, { type: 'order.escalated', number: 3, earlier: [1, 2] }), SENDER).body.trimEnd());
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** `npx vitest run --project unit src/deliver/formats/order-formats-page.test.ts` with UPDATE_README=1 writes the examples anew. */
test.each(['cloudevents', 'binary', 'cap'])('the example of %s on the page of formats is what the code writes', (name) => {
  const page = readFileSync(FILE, 'utf8');
  const start = `<!-- ${name}:start -->`;
  const from = page.indexOf(start) + start.length;
  const to = page.indexOf(`<!-- ${name}:end -->`);
  expect(to).toBeGreaterThan(from);
  if (process.env['UPDATE_README'] === '1') writeFileSync(FILE, `${page.slice(0, from)}\n\n${example(name)}\n\n${page.slice(to)}`);
  else expect(page.slice(from, to).trim()).toBe(example(name));
});
