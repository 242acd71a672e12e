/** An error in a file that a person wrote: which file, where in it, and how to mend it. */
export interface Problem {
  readonly code: string;
  readonly file: string;
  /** JSON pointer. */
  readonly pointer: string;
  readonly message: string;
}

/** Thrown when something that a person gave is refused. The code is stable and listed in the README. */
export class Refusal extends Error {
  readonly code: string;
  readonly problems: readonly Problem[];
  constructor(code: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.problems = problems;
  }
}
