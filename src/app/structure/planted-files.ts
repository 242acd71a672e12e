import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface PlantedFiles {
  readonly root: string;
  readonly remove: () => void;
}

/** A small checkout outside this one, with the same manifest and compiler options: path → text. */
export function plant(files: Readonly<Record<string, string>>): PlantedFiles {
  const root = mkdtempSync(join(tmpdir(), 'maibo-planted-'));
  for (const name of ['package.json', 'tsconfig.json']) copyFileSync(join(ROOT, name), join(root, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** For a tool that must see the real packages and their types. */
export function linkPackages(planted: PlantedFiles): void {
  symlinkSync(join(ROOT, 'node_modules'), join(planted.root, 'node_modules'), 'dir');
}
