import { ERROR_CODES } from '../model/error-codes.ts';
import { Refusal } from '../model/problem.ts';
import { warn } from './io.ts';
import type { Io } from './io.ts';

/** One sentence for a person, a code for a program; a fault of our own keeps its stack. */
export function reportError(error: unknown, io: Io, json: boolean): number {
  if (!(error instanceof Refusal)) {
    warn(io, `maibo: internal error / 内部错误: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
  if (json) warn(io, JSON.stringify({ error: { code: error.code, message: error.message, problems: error.problems } }));
  else {
    // In Chinese what went wrong; the sentence after it says in English what exactly.
    const chinese = ERROR_CODES[error.code]?.zh;
    warn(io, `maibo: ${error.code}${chinese === undefined ? '' : ` ${chinese}`}: ${error.message}`);
    for (const { code, file, pointer, message } of error.problems) {
      const title = ERROR_CODES[code]?.zh;
      warn(io, `  ${file}:${pointer === '' ? '/' : pointer} ${message}${title === undefined ? '' : ` · ${title}`}`);
    }
  }
  return error.code === 'usage' ? 2 : 1;
}
