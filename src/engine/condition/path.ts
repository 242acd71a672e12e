/** A path that is not followed: it would run a script, or is written in a way of which nobody can say what it means. */
export class PathRefused extends Error {
  constructor(path: string, why: string) {
    super(`The path ${JSON.stringify(path)} ${why}.`);
    this.name = 'PathRefused';
  }
}

/** One step. `text` is kept for all: where a member of exactly this name may stand, it comes before any meaning. */
type Step =
  | { readonly kind: 'member' | 'every' | 'descend'; readonly text: string }
  | { readonly kind: 'slice'; readonly text: string; readonly from: number; readonly to: number; readonly stride: number }
  | { readonly kind: 'union'; readonly text: string; readonly parts: readonly Step[] };

/** What a path with stars may look at; more is refused, since each star multiplies. */
const VISIT_LIMIT = 100_000;

const SLICE = /^(-?\d*):(-?\d*):?(\d*)$/;
const SCRIPT = /(^|[.['",])\??\(/;
/** Marks that jsonpath-plus gives a meaning anywhere in a name, quoted or not. */
const MARKS = /[;^]|#\d|%@|@%|@[a-zA-Z]+\(\)/;
const BARE = /[^.[\]'"~]+/y;
const QUOTED = /\[(?:'([^'"[\]]+)'|"([^'"[\]]+)"|([^.'"[\]~]+))\]/y;

/**
 * Compiles a json-rules-engine `path`: members, indices, quoted members, and jsonpath-plus's stars, slices, lists and
 * descents. Applied to objects only. Filters, scripts, parents and type tests are refused.
 */
export function compilePath(path: string): (value: unknown) => unknown {
  // jsonpath-plus looks for these in a table of its own, and finds what every object has.
  if (path in Object.prototype) throw new PathRefused(path, 'needs "$." before it: json-rules-engine fails on it');
  if (SCRIPT.test(path)) throw new PathRefused(path, 'would run a script');
  const steps = readPath(path);
  // Of many members a list; a plain member is the value itself.
  if (steps.every((step) => step.kind === 'member')) return followMembers(steps.map((step) => step.text));
  return (value) => {
    const search = new Search(path, steps);
    search.visit(0, value, { many: false, literal: false });
    const [first] = search.found;
    if (first === undefined) return undefined;
    return search.found.length === 1 && !first.many ? first.value : search.found.map((one) => one.value);
  };
}

function followMembers(names: readonly string[]): (value: unknown) => unknown {
  return (value) => {
    let at = value;
    for (const name of names) {
      if (!owns(at, name)) return undefined;
      at = (at as Record<string, unknown>)[name];
    }
    return at;
  };
}

/** A text owns its letters; nothing that is empty owns anything. */
function owns(value: unknown, name: string | number): boolean {
  return Boolean(value) && Object.hasOwn(value as object, name);
}

function readPath(path: string): Step[] {
  const steps: Step[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const root = /^\$(?=$|[.[])/.exec(path);
  if (root !== null) at = 1;
  // Without the root sign a leading dot or bracket asks for a member of no name first.
  else if (path.startsWith('.') || path.startsWith('[')) steps.push({ kind: 'member', text: '' });
  else steps.push(readStep(take(BARE)?.[0] ?? '', path));
  while (at < path.length) {
    const dots = take(/\.{1,2}/y)?.[0].length ?? 0;
    const bracketed = take(QUOTED);
    // jsonpath-plus reads `.[` as it reads `..`.
    if (dots === 2 || (dots === 1 && bracketed !== null)) steps.push({ kind: 'descend', text: '..' });
    const name = bracketed === null ? (dots === 0 ? undefined : take(BARE)?.[0]) : (bracketed[1] ?? bracketed[2] ?? bracketed[3]);
    steps.push(readStep(name ?? '', path));
  }
  return steps;
}

function readStep(text: string, path: string): Step {
  if (text === '*') return { kind: 'every', text };
  const slice = SLICE.exec(text);
  if (slice !== null) {
    const [from, to, stride] = slice.slice(1).map((part) => Number.parseInt(part, 10) || 0) as [number, number, number];
    return { kind: 'slice', text, from, to, stride: stride || 1 };
  }
  if (['', '$', '~', '..'].includes(text) || '@`'.includes(text[0] as string) || MARKS.test(text)) {
    throw new PathRefused(path, 'has marks that are not read; write members such as $.a.b[0]');
  }
  if (text.includes(',')) return { kind: 'union', text, parts: text.split(',').map((part) => readStep(part, path)) };
  return { kind: 'member', text };
}

interface Way {
  /** Came through a star, a slice, a list or down: the answer is a list even if only one is found. */
  readonly many: boolean;
  /** The next step is first tried as a member, whatever else it could mean. */
  readonly literal: boolean;
}

class Search {
  readonly found: { readonly value: unknown; readonly many: boolean }[] = [];
  private readonly path: string;
  private readonly steps: readonly Step[];
  private visits = 0;

  constructor(path: string, steps: readonly Step[]) {
    this.path = path;
    this.steps = steps;
  }

  visit(index: number, value: unknown, way: Way): void {
    const step = this.steps[index];
    if (step === undefined) this.found.push({ value, many: way.many });
    else this.take(step, index + 1, value, way);
  }

  /** `literal` turns as it does in jsonpath-plus: set by a member and by a star, spent by the step after. */
  private take(step: Step, next: number, value: unknown, { many, literal }: Way): void {
    this.visits += 1;
    if (this.visits > VISIT_LIMIT) throw new PathRefused(this.path, `looks at more than ${VISIT_LIMIT} members`);
    if (literal && owns(value, step.text)) {
      this.visit(next, (value as Record<string, unknown>)[step.text], { many, literal: false });
    } else if (step.kind === 'every') {
      for (const member of membersOf(value)) this.visit(next, member, { many: true, literal: true });
    } else if (step.kind === 'descend') {
      this.visit(next, value, { many, literal: false });
      for (const member of membersOf(value)) if (typeof member === 'object') this.take(step, next, member, { many: true, literal: false });
    } else if (step.kind === 'slice') {
      for (const member of slice(value, step)) this.visit(next, member, { many: true, literal: false });
    } else if (step.kind === 'union') {
      for (const part of step.parts) this.take(part, next, value, { many: true, literal: false });
    } else if (!literal && owns(value, step.text)) {
      this.visit(next, (value as Record<string, unknown>)[step.text], { many, literal: true });
    }
  }
}

function membersOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** As in Python, but an end of 0 is the end of the list. */
function slice(value: unknown, { from, to, stride }: { from: number; to: number; stride: number }): unknown[] {
  if (!Array.isArray(value)) return [];
  const within = (index: number): number => (index < 0 ? Math.max(0, index + value.length) : Math.min(value.length, index));
  const end = within(to || value.length);
  const members: unknown[] = [];
  for (let i = within(from); i < end; i += stride) members.push(value[i]);
  return members;
}
