import { DEFAULT_HANDLING, type Handling } from '../model/handling.ts';
import { levelRank } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import { containerOf } from './containment.ts';
import type { Episode, EpisodeBook } from './episode-book.ts';
import type { Incidents, IncidentStep } from './incidents.ts';
import type { Silences } from './silences.ts';

/** Which incident a firing alert enters: none while it is too low or silenced, that of a larger one that contains it, or its own. */
export class IncidentEntry {
  handling: Handling = DEFAULT_HANDLING;
  private readonly episodes: EpisodeBook;
  private readonly incidents: Incidents;
  private readonly silenced: Silences;

  constructor(episodes: EpisodeBook, incidents: Incidents, silenced: Silences) {
    this.episodes = episodes;
    this.incidents = incidents;
    this.silenced = silenced;
  }

  /** @returns what happened to the incident; `null` where it enters none */
  enter(episode: Episode, at: Millis): IncidentStep {
    this.unhush(episode);
    const { alert, rule } = episode;
    if (rule.order === null || levelRank(alert.level) < levelRank(rule.order.from)) return null;
    const silence = this.silenced.hushing(alert, rule, at, this.handling.lifeSafety);
    if (silence !== null) {
      episode.alert = { ...alert, hushed: silence.id };
      return null;
    }
    const container = this.containerOf(episode);
    if (container !== null) {
      episode.alert = { ...episode.alert, incident: container };
      return this.incidents.joinOther(episode.key, episode.alert);
    }
    return this.enterOwn(episode, rule.order.kind, at);
  }

  /** No silence keeps it out any more. @returns nothing happens to any incident */
  unhush(episode: Episode): null {
    if ((episode.alert.hushed ?? null) !== null) episode.alert = { ...episode.alert, hushed: null };
    return null;
  }

  /** Whether it would enter this incident, leaving silences aside. */
  belongs(episode: Episode, incident: string): boolean {
    const { alert, rule } = episode;
    if (rule.order === null || levelRank(alert.level) < levelRank(rule.order.from)) return false;
    return (this.containerOf(episode) ?? this.incidents.idFor(alert, rule.order.kind)) === incident;
  }

  /** The incident of what contains it; what life depends on is never a mere part of something else. */
  private containerOf({ alert, rule }: Episode): string | null {
    if (rule.order === null || this.handling.lifeSafety.includes(rule.order.kind)) return null;
    const incident = containerOf(alert, this.handling.inhibit, this.episodes.alerts())?.incident ?? null;
    return this.incidents.knows(incident) ? incident : null;
  }

  private enterOwn(episode: Episode, sort: string, at: Millis): IncidentStep {
    const { alert } = episode;
    episode.alert = { ...alert, incident: this.incidents.idFor(alert, sort) };
    return this.incidents.enter(episode.key, episode.alert, sort, at);
  }
}
