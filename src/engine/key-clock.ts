/** Four times of each key, side by side in one column: a reading touches all of them. */
export const CLOCK = 4;
/** Event time that the key has reached. */
export const TIME = 0;
/** Newest reading of any member. */
export const NEWEST = 1;
/** When it must next be looked at though nothing arrives. */
export const DUE = 2;
/** `DUE` of its living entry in the timers. */
export const SCHEDULED = 3;
