/** Sums of decimal readings must compare equal to the decimal thresholds that people write. NaN stays NaN. */
export function roundForComparison(value: number): number {
  return Math.abs(value) < 1e6 ? Math.round(value * 1e9) / 1e9 : value;
}
