/** Every way in which one endpoint may be bad, and none: what the control differs by is the noise of the machine. */
export const BADNESS = [
  'good (control)',
  'never answers',
  'answers after 30 s',
  'refuses the connection',
  'resets the connection',
  'answers 503',
  'answers 429, Retry-After 1 s',
  'answers 404',
  'redirects 302',
] as const;

export type Badness = (typeof BADNESS)[number];
