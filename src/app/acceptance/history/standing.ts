import { until } from '../until.ts';

/** How history stands, as the API says it. */
export interface Standing {
  readonly state: string;
  readonly behind: number;
  readonly points: number;
  readonly lost: number;
  readonly quarantined: number;
  readonly store: string;
}

export async function standingAt(http: string): Promise<Standing> {
  return (await (await fetch(`${http}/api/v1/history`)).json()) as Standing;
}

/** A history that has caught up with the log. A server that is on its way up is asked again. */
export function caughtUpAt(http: string, within = 30_000): Promise<Standing> {
  const now = async (): Promise<Standing | null> => {
    const standing = await standingAt(http).catch(() => null);
    return standing?.state === 'following' && standing.behind === 0 ? standing : null;
  };
  return until('a history that has caught up', now, within);
}
