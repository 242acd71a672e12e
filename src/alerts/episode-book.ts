import type { Alert } from '../model/alert.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import { episodeKey } from './episode.ts';
import { missingRule } from './missing-rule.ts';

/** An alert that is not over, with the rule that last spoke of it. */
export interface Episode {
  readonly key: string;
  alert: Alert;
  rule: Rule;
}

export type SavedBeginnings = readonly (readonly [key: string, since: Millis, repeats: number])[];

/** The alerts that are not over, and when those of each key began. */
export class EpisodeBook {
  private readonly byKey = new Map<string, Episode>();
  private readonly byId = new Map<string, Episode>();
  /** Latest beginning of an episode of each key, and how often one began no later: tells episodes of one instant apart. */
  private readonly begun = new Map<string, { since: Millis; repeats: number }>();

  at(key: string): Episode | undefined {
    return this.byKey.get(key);
  }

  get(alertId: string): Episode | undefined {
    return this.byId.get(alertId);
  }

  all(): Iterable<Episode> {
    return this.byKey.values();
  }

  *alerts(): Generator<Alert> {
    for (const { alert } of this.byKey.values()) yield alert;
  }

  keep(episode: Episode): void {
    this.byKey.set(episode.key, episode);
    this.byId.set(episode.alert.id, episode);
  }

  forget({ key, alert }: Episode): void {
    this.byKey.delete(key);
    this.byId.delete(alert.id);
  }

  /** @returns how often an episode of this key has begun no later than one before it did */
  countBeginning(key: string, since: Millis): number {
    const known = this.begun.get(key);
    if (known === undefined) {
      this.begun.set(key, { since, repeats: 0 });
      return 0;
    }
    if (since > known.since) {
      known.since = since;
      return 0;
    }
    known.repeats += 1;
    return known.repeats;
  }

  save(): { readonly alerts: readonly Alert[]; readonly begun: SavedBeginnings } {
    return {
      alerts: [...this.alerts()],
      begun: [...this.begun].map(([key, { since, repeats }]) => [key, since, repeats] as const),
    };
  }

  restore(saved: { readonly alerts: readonly Alert[]; readonly begun: SavedBeginnings }, ruleOf: (id: string) => Rule | undefined): void {
    this.byKey.clear();
    this.byId.clear();
    this.begun.clear();
    for (const alert of saved.alerts) {
      this.keep({ key: episodeKey(alert.rule, alert.subject.key), alert, rule: ruleOf(alert.rule) ?? missingRule(alert) });
    }
    for (const [key, since, repeats] of saved.begun) this.begun.set(key, { since, repeats });
  }
}
