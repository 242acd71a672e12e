const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Names that every object inherits: as the name of a measure they would be found where there is none. */
export const RESERVED: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
]);

/** Gateway, sensor, measure, order and receipt ids all look like this. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && !RESERVED.has(text);
}

/** Remembers names that passed: measure names repeat in every message, so most checks become one look-up. Bounded. */
export function createNameCheck(limit = 4_096): (name: string) => boolean {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return true;
    if (!isIdentifier(name)) return false;
    if (known.size < limit) known.add(name);
    return true;
  };
}
