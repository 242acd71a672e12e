/** How a rule asks for another sign: over which area, for what, and how the keys there are put together. */
export interface AskedSign {
  readonly sign: string;
  readonly area: 'same' | 'place' | 'street' | 'district';
  readonly as: 'value' | 'level';
  readonly across: 'max' | 'min' | 'mean' | 'sum' | 'count';
}
