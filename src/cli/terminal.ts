import { cut } from '../app/demo/display-width.ts';

export interface ProgressBar {
  /** Draws at most ten times a second. */
  readonly update: (fraction: number, label: () => string) => void;
  /** Wipes the bar, so that what follows starts on a clean line. */
  readonly clear: () => void;
}

export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number };
  /** Without a watcher nothing is drawn: a log file wants no bar. */
  readonly watched: boolean;
  readonly now?: () => number;
}

const EVERY = 100;

export function createProgressBar(options: ProgressOptions): ProgressBar {
  const { stream, watched, now = () => performance.now() } = options;
  if (!watched) return { update: () => undefined, clear: () => undefined };
  let drawn = -Infinity;
  let dirty = false;
  return {
    update: (fraction, label) => {
      const time = now();
      if (time - drawn < EVERY) return;
      drawn = time;
      dirty = true;
      stream.write(
        `\r${progressLine(fraction, label(), stream.columns === undefined || stream.columns === 0 ? 100 : stream.columns)}\u001b[K`,
      );
    },
    clear: () => {
      if (dirty) stream.write('\r\u001b[K');
      dirty = false;
    },
  };
}

/** `[██████░░░░░░░░]  42 %  label`, never wider than the terminal. */
export function progressLine(fraction: number, label: string, columns: number): string {
  const bounded = Math.min(1, Math.max(0, fraction));
  const size = Math.max(8, Math.min(24, columns - 60));
  const full = Math.round(bounded * size);
  const percent = `${Math.floor(bounded * 100)}`.padStart(3);
  return cut(`[${'█'.repeat(full)}${'░'.repeat(size - full)}] ${percent} %  ${label}`, columns - 1);
}
