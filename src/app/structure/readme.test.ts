import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './planted-files.ts';

const SRC = join(ROOT, 'src');

/** What the page names in `code`: folders (`model/`) and files of src/. */
function namedPaths(page: string): readonly string[] {
  const quoted = [...page.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  return quoted.flatMap((text) => text.split(' ')).filter((text) => /^[a-z][a-z-]*(\/[a-z0-9./-]*|\.ts)$/.test(text));
}

const missing = (paths: readonly string[]): readonly string[] => paths.filter((path) => !existsSync(join(SRC, path)));

describe('src/README.md', () => {
  const page = readFileSync(join(SRC, 'README.md'), 'utf8');

  it('gives every folder of src its line', () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unlisted = folders.map((entry) => entry.name).filter((name) => !page.includes(`\n| \`${name}/\` |`));
    expect(unlisted).toEqual([]);
  });

  it('names nothing that is gone', () => {
    expect(namedPaths(page).length).toBeGreaterThan(20);
    expect(missing(namedPaths(page))).toEqual([]);
  });

  it('would be caught naming what is not there', () => {
    expect(missing(namedPaths('`mute/` and `engine/gone.ts` and `npm test`'))).toEqual(['mute/', 'engine/gone.ts']);
  });
});
