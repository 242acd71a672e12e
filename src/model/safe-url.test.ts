import { expect, test } from 'vitest';
import { safeUrl } from './safe-url.ts';

test.each([
  ['mqtt://host:1883', 'mqtt://host:1883'],
  ['mqtt://user:secret@host:1883', 'mqtt://host:1883'],
  ['mqtt://user@host', 'mqtt://host'],
  ['mqtts://user:se@cr:et@host:8883/', 'mqtts://host:8883'],
  ['wss://user:secret@host/mqtt?token=secret#secret', 'wss://host/mqtt'],
  ['mqtt://user:secret@[::1]:1883', 'mqtt://[::1]:1883'],
  ['mqtt://user:se/cret@host:70000', 'mqtt://host:70000'],
  ['mqtt://user:secret@host:x?secret', 'mqtt://host:x'],
])('%s is shown as %s', (url, shown) => {
  expect(safeUrl(url)).toBe(shown);
});
