/**
 * Fixed-size state of many rows in one typed array: `stride` numbers a row, one row beside the next, so that a row is one or
 * two cache lines and a snapshot is one copy.
 */
export class RowBlock {
  readonly stride: number;
  data: Float64Array;
  private readonly fill: number;
  private rows = 0;

  constructor(stride: number, fill = Number.NaN) {
    this.stride = stride;
    this.fill = fill;
    this.data = new Float64Array(0);
  }

  grow(rows: number): void {
    if (rows <= this.rows) return;
    const capacity = Math.max(rows, Math.ceil(this.rows * 1.25), 8);
    const wider = new Float64Array(capacity * this.stride);
    wider.set(this.data);
    if (this.fill !== 0) wider.fill(this.fill, this.data.length);
    this.data = wider;
    this.rows = capacity;
  }

  copyRow(other: RowBlock, from: number, to: number): void {
    this.data.set(other.data.subarray(from * this.stride, (from + 1) * this.stride), to * this.stride);
  }

  adopt(other: RowBlock): void {
    this.data = other.data;
    this.rows = other.rows;
  }

  save(rows: number): Float64Array {
    return this.data.slice(0, rows * this.stride);
  }

  restore(saved: Float64Array): void {
    this.data = new Float64Array(0);
    this.rows = 0;
    const rows = saved.length / this.stride;
    this.grow(rows);
    this.data.set(saved);
  }

  get bytes(): number {
    return this.data.byteLength;
  }
}
