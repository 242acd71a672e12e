import type { Millis } from '../model/time.ts';
import { sayAlert, sayIncident, type AlertStep, type Told } from './alert-step.ts';
import type { Episode, EpisodeBook } from './episode-book.ts';
import type { IncidentEntry } from './incident-entry.ts';
import type { Incidents, IncidentStep } from './incidents.ts';

/** One that has entered, or was kept out by a silence. */
interface Late {
  readonly episode: Episode;
  readonly entered: IncidentStep;
}

/**
 * Alerts whose incident a person has ended while they stood. They call nobody by themselves; but as soon as anything there gets
 * worse or new they are part of it, so that it is not taken for less than it is.
 */
export class Leftovers {
  private readonly keys = new Set<string>();
  private readonly episodes: EpisodeBook;
  private readonly incidents: Incidents;
  private readonly entry: IncidentEntry;

  constructor(episodes: EpisodeBook, incidents: Incidents, entry: IncidentEntry) {
    this.episodes = episodes;
    this.incidents = incidents;
    this.entry = entry;
  }

  /** @returns the same keys */
  keep(keys: readonly string[]): readonly string[] {
    for (const key of keys) this.keys.add(key);
    return keys;
  }

  /** What happened to the incident of an alert that enters; one that is opened has at once the level of whatever stands there still. */
  sayEntered(episode: Episode, told: Told | null, at: Millis, step: AlertStep): void {
    const late = this.join(told, at);
    const incident = late.findLast(({ entered }) => entered !== null)?.entered?.incident;
    sayIncident(episode, told === null || incident === undefined ? told : { ...told, incident }, at, step);
    for (const one of late) {
      sayAlert(one.episode, 'firing', at, step);
      sayIncident(one.episode, one.entered === null || incident === undefined ? null : { ...one.entered, incident }, at, step);
    }
  }

  restore(): void {
    this.keys.clear();
    for (const episode of this.episodes.all()) if (this.isOutside(episode)) this.keys.add(episode.key);
  }

  /** Those that belong to what has just been opened enter it. */
  private join(opened: Told | null, at: Millis): Late[] {
    if (opened?.what !== 'opened' || this.keys.size === 0) return [];
    const late: Late[] = [];
    // Sorted: after a restart they are known in another order.
    for (const key of [...this.keys].sort()) {
      const episode = this.episodes.at(key);
      if (episode === undefined || !this.isOutside(episode)) this.keys.delete(key);
      else if (!episode.alert.latched && this.entry.belongs(episode, opened.incident.id)) {
        this.keys.delete(key);
        late.push({ episode, entered: this.entry.enter(episode, at) });
      }
    }
    return late;
  }

  private isOutside({ alert }: Episode): boolean {
    return alert.state === 'firing' && alert.incident !== null && !this.incidents.knows(alert.incident);
  }
}
