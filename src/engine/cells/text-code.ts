/*
 * A text is held as a number among numbers: a code in a band where no reading of a city lies (about −9e15 to −7.9e15). A code
 * is a hash of 50 bits: equal texts have equal codes; different ones share one with a chance of 1 in 10^15.
 */
const LOW = -9_007_199_254_740_991;
const SPAN = 2 ** 50;

export function textCode(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  a ^= a >>> 15;
  b ^= b >>> 16;
  return LOW + (a >>> 0) * 2 ** 18 + ((b >>> 0) & 0x3ffff);
}

/** True for the code of a text; a number that falls into the band is not believed anywhere. */
export function isTextCode(value: number): boolean {
  return value >= LOW && value < LOW + SPAN;
}
