/** What can go wrong with the journal once it is (or was) open. Every code is stable. */
export type JournalErrorCode =
  /** A row or a file does not say what was written: replay must not go on as if it were not there. */
  | 'journal-damaged'
  /** The log does not reach from where it was asked to where it ends. */
  | 'journal-gap'
  /** A write failed. Nothing is committed from here on; end the process and start again. */
  | 'journal-failed'
  /** The caller handed over something that cannot be logged; nothing of it was written. */
  | 'journal-misused'
  | 'journal-snapshot-failed'
  | 'journal-closed';

export class JournalError extends Error {
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.code = code;
  }
}
