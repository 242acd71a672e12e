/** Longer names, and longer lists, are not compared: a typo is found at once or not at all. */
const LONGEST = 80;
const MOST = 2_000;

/** The name that was probably meant: at most two slips away, or a third of the length; `null` where none is so near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  if (name.length > LONGEST || names.length > MOST) return null;
  const wanted = name.toLowerCase();
  // Something of the name must be left.
  let limit = Math.min(Math.max(2, Math.floor(name.length / 3)), name.length - 1);
  let nearest: string | null = null;
  for (const one of names) {
    if (limit < 0) break;
    const distance = one.length > LONGEST ? Number.POSITIVE_INFINITY : distanceOf(wanted, one.toLowerCase(), limit);
    if (distance > limit) continue;
    nearest = one;
    limit = distance - 1;
  }
  return nearest;
}

/** ` (did you mean "smoke"?)`, to stand behind a name in a sentence; nothing where no name is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? '' : ` (did you mean "${nearest}"?)`;
}

/** Letters to put in, take out or exchange (Levenshtein); some number above `limit` as soon as it must be more. */
function distanceOf(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const exchanged = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, exchanged);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    row = next;
  }
  return row[b.length] as number;
}
