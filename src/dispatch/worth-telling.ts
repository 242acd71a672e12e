/**
 * What happens again and again is told the first eight times, then at 16, 32, 64, …: three hundred detectors of one fire,
 * or one sensor that flaps all night, must not become thousands of messages. The stored order always has all of it.
 */
export function worthTelling(count: number): boolean {
  return count <= 8 || Number.isInteger(Math.log2(count));
}
