const LOST: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__'));

/** json-rules-engine clones its conditions, and its clone loses the members that are named as those which every object has. */
export function asCloned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some((member) => typeof member === 'object') ? value.map(asCloned) : value;
  const kept = Object.entries(value).filter(([name]) => !LOST.has(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, asCloned(member)]));
}
