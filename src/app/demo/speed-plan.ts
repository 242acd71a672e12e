import type { Millis } from '../../model/time.ts';

/** From `from` to before `to` of the story, `speed` times faster than life. */
export interface Stretch {
  readonly from: Millis;
  readonly to: Millis;
  readonly speed: number;
}

/** Milliseconds of wall time from the start of the story to a moment of it. */
export function wallOf(plan: readonly Stretch[], at: Millis): number {
  let wall = 0;
  for (const { from, to, speed } of plan) {
    if (at <= from) break;
    wall += (Math.min(at, to) - from) / speed;
  }
  return wall;
}

export interface SlowPart {
  readonly from: Millis;
  readonly to: Millis;
  /** Seconds of wall time. */
  readonly wall: number;
}

/**
 * Scenes take the wall time that they ask for; what lies between them passes at one speed, so that all of it together takes
 * `between` seconds; but what comes before the first scene takes `lead` seconds: nobody waits long for the first order.
 */
export function planSpeed(
  start: Millis,
  end: Millis,
  scenes: readonly SlowPart[],
  pauses: { readonly lead: number; readonly between: number },
): Stretch[] {
  const gaps: { from: Millis; to: Millis }[] = [];
  let at = start;
  for (const scene of scenes) {
    gaps.push({ from: at, to: scene.from });
    at = scene.to;
  }
  gaps.push({ from: at, to: end });
  const [lead, ...later] = gaps as [{ from: Millis; to: Millis }, ...{ from: Millis; to: Millis }[]];
  const idle = later.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const plan: Stretch[] = [
    { ...lead, speed: (lead.to - lead.from) / (pauses.lead * 1_000) },
    ...later.map((gap) => ({ ...gap, speed: idle / (pauses.between * 1_000) })),
    ...scenes.map(({ from, to, wall }) => ({ from, to, speed: (to - from) / (wall * 1_000) })),
  ];
  return plan.filter((stretch) => stretch.to > stretch.from).sort((a, b) => a.from - b.from);
}
