import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeStore } from '../test-store-contract.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

const root = mkdtempSync(join(tmpdir(), 'maibo-history-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describeStore('the embedded store', () => openEmbeddedStore({ directory: mkdtempSync(join(root, 'd-')) }));
