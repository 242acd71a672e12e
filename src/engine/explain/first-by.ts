/** The `n` of least rank, in order, without sorting all the others: a key may have a hundred thousand sensors. */
export function firstBy<T>(list: readonly T[], n: number, rank: (one: T) => number): T[] {
  const found: { readonly one: T; readonly rank: number }[] = [];
  for (const one of list) {
    const own = rank(one);
    if (found.length === n && own >= (found[n - 1] as { readonly rank: number }).rank) continue;
    let i = found.length;
    while (i > 0 && (found[i - 1] as { readonly rank: number }).rank > own) i -= 1;
    found.splice(i, 0, { one, rank: own });
    if (found.length > n) found.pop();
  }
  return found.map(({ one }) => one);
}
