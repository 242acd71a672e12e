import { Refusal } from '../../model/problem.ts';
import { StoreFault } from '../store-fault.ts';

/**
 * What DuckDB throws has words and no kind. A point that it cannot hold is refused; everything else (a full disk, no memory, a
 * file that went away) may pass, and its words say what a person can do. What a person gave is refused as it is.
 */
export function faultOf(error: unknown): Error {
  if (error instanceof StoreFault || error instanceof Refusal) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new StoreFault(error instanceof PointError ? 'refused' : 'unreachable', said);
}

/** A point that cannot be kept, whatever is done. */
export class PointError extends Error {}

/** After such an error DuckDB answers nothing more until the file has been opened again. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /FATAL|database has been invalidated|Connection Error/.test(error.message);
}
