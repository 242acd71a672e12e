import type { Alert, AlertReset, AlertState } from '../model/alert.ts';
import type { Handling } from '../model/handling.ts';
import { levelRank, type Level } from '../model/level.ts';
import type { Rule } from '../model/rule.ts';
import { DRILL_KEY, type Drill, type Silence } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { beginEpisode, changeLevel, episodeKey, fire, holdAnother, latch, resolve } from './episode.ts';
import { crossed, sayAlert, sayIncident, type AlertStep } from './alert-step.ts';
import { Drills } from './drills.ts';
import { EpisodeBook, type Episode, type SavedBeginnings } from './episode-book.ts';
import { exercise, type DrillPlace } from './exercise.ts';
import { IncidentEntry } from './incident-entry.ts';
import { Incidents, type SavedIncident } from './incidents.ts';
import { Leftovers } from './leftovers.ts';
import { Silences } from './silences.ts';

/**
 * From the verdicts of the engine to alerts, and from alerts to incidents.
 *
 * A1 The same calls in the same order give the same alerts and incidents, under the same ids.
 * A2 Restoring a snapshot and going on equals never having stopped.
 * A3 A latched alert ends only when a person resets it or its order is closed, and only after its condition has ended.
 * A4 What is over is forgotten: resolved alerts at once, incidents when their order is closed.
 * A5 A silenced alert is an alert: it is kept, and when the silence ends while it fires it enters its incident.
 * A6 What stands still when a person ends its incident is part of whatever opens there next.
 */
export interface Alerts {
  apply(verdict: Verdict, step: AlertStep): void;
  /** A person resets a latched alert. @returns false when it is unknown or its condition has not ended: then nothing happens. */
  reset(alertId: string, reset: AlertReset, step: AlertStep): boolean;
  /** The incident is finished: latched members whose condition has ended are released, and whatever fires or rises later opens another one. */
  orderClosed(incidentId: string, at: Millis, step: AlertStep): void;
  /** How the city handles its orders, from now on. */
  handle(handling: Handling): void;
  silence(silence: Silence): void;
  /** @returns false when there is none of that id; what fires still enters its incident then. */
  unsilence(id: string, at: Millis, step: AlertStep): boolean;
  silences(): readonly Silence[];
  /** An alert that no sensor has raised. */
  drill(drill: Drill, where: DrillPlace, at: Millis, step: AlertStep): void;
  drills(): readonly Drill[];
  /** @returns false when there is none of that id */
  endDrill(id: string, at: Millis, step: AlertStep): boolean;
  /** Silences and exercises that are over by `now` end. */
  advance(now: Millis, step: AlertStep): void;
  /** When `advance` next has something to do; Infinity for never. */
  nextAt(): Millis;
  /** Pending and firing. */
  firing(): Iterable<Alert>;
  get(id: string): Alert | undefined;
  /** Plain data, without rules: only their ids. */
  snapshot(): SavedAlerts;
  /** `ruleOf` finds the rule that is in force under an id. A latched alert may outlive its rule; it can still be reset. */
  restore(state: unknown, ruleOf: (id: string) => Rule | undefined): void;
}

export interface SavedAlerts {
  readonly alerts: readonly Alert[];
  readonly incidents: readonly SavedIncident[];
  readonly begun: SavedBeginnings;
  readonly silences?: readonly Silence[];
  readonly drills?: readonly Drill[];
}

export function createAlerts(): Alerts {
  return new AlertDesk();
}

class AlertDesk implements Alerts {
  private readonly episodes = new EpisodeBook();
  private readonly incidents = new Incidents();
  private readonly silenced = new Silences();
  private readonly exercises = new Drills();
  private readonly entry = new IncidentEntry(this.episodes, this.incidents, this.silenced);
  private readonly leftovers = new Leftovers(this.episodes, this.incidents, this.entry);

  apply(verdict: Verdict, step: AlertStep): void {
    const key = episodeKey(verdict.rule.id, verdict.subject.key);
    const episode = this.episodes.at(key);
    if (episode === undefined) {
      this.begin(key, verdict, step);
      return;
    }
    episode.rule = verdict.rule;
    if (episode.alert.state === 'pending') this.whilePending(episode, verdict, step);
    else this.whileFiring(episode, verdict, step);
  }

  reset(alertId: string, reset: AlertReset, step: AlertStep): boolean {
    const episode = this.episodes.get(alertId);
    if (episode === undefined || !episode.alert.latched) return false;
    this.end(episode, reset.at, step, reset);
    return true;
  }

  orderClosed(incidentId: string, at: Millis, step: AlertStep): void {
    for (const member of this.leftovers.keep(this.incidents.forget(incidentId))) {
      const episode = this.episodes.at(member);
      // The incident is forgotten already, so this changes no incident.
      if (episode?.alert.incident === incidentId && episode.alert.latched) this.end(episode, at, step);
    }
  }

  handle(handling: Handling): void {
    this.entry.handling = handling;
    this.incidents.group = handling.group;
  }

  silence(silence: Silence): void {
    this.silenced.add(silence);
  }

  unsilence(id: string, at: Millis, step: AlertStep): boolean {
    if (!this.silenced.end(id)) return false;
    this.enterHushed(at, step);
    return true;
  }

  silences(): readonly Silence[] {
    return this.silenced.list();
  }

  drill(drill: Drill, where: DrillPlace, at: Millis, step: AlertStep): void {
    if (this.exercises.add(drill)) this.apply(exercise(drill, where, at), step);
  }

  drills(): readonly Drill[] {
    return this.exercises.list();
  }

  endDrill(id: string, at: Millis, step: AlertStep): boolean {
    const drill = this.exercises.end(id);
    if (drill === undefined) return false;
    const episode = this.episodes.at(episodeKey(drill.rule, `${DRILL_KEY}${id}`));
    if (episode !== undefined) this.end(episode, at, step);
    return true;
  }

  advance(now: Millis, step: AlertStep): void {
    if (this.silenced.expire(now)) this.enterHushed(now, step);
    for (const { id } of this.exercises.over(now)) this.endDrill(id, now, step);
  }

  nextAt(): Millis {
    return Math.min(this.silenced.next(), this.exercises.next());
  }

  firing(): Iterable<Alert> {
    return this.episodes.alerts();
  }

  get(id: string): Alert | undefined {
    return this.episodes.get(id)?.alert;
  }

  snapshot(): SavedAlerts {
    return {
      ...this.episodes.save(),
      incidents: this.incidents.save(),
      silences: this.silenced.list(),
      drills: this.exercises.list(),
    };
  }

  restore(state: unknown, ruleOf: (id: string) => Rule | undefined): void {
    const saved = state as SavedAlerts;
    this.episodes.restore(saved, ruleOf);
    this.incidents.restore(saved.incidents);
    this.leftovers.restore();
    this.silenced.restore(saved.silences ?? []);
    this.exercises.restore(saved.drills ?? []);
  }

  private begin(key: string, verdict: Verdict, step: AlertStep): void {
    if (verdict.level === null && verdict.pending === null) return;
    const episode: Episode = { key, alert: beginEpisode(verdict, this.episodes.countBeginning(key, verdict.since)), rule: verdict.rule };
    this.episodes.keep(episode);
    if (verdict.level !== null) this.fire(episode, verdict, { level: verdict.level, was: null }, step);
    else sayAlert(episode, null, verdict.at, step);
  }

  private whilePending(episode: Episode, verdict: Verdict, step: AlertStep): void {
    const { level, pending } = verdict;
    if (level !== null) this.fire(episode, verdict, { level, was: 'pending' }, step);
    else if (pending === null) this.end(episode, verdict.at, step);
    else if (pending !== episode.alert.level) {
      episode.alert = holdAnother(episode.alert, verdict, pending);
      sayAlert(episode, 'pending', verdict.at, step);
    }
  }

  private whileFiring(episode: Episode, verdict: Verdict, step: AlertStep): void {
    const { alert, rule } = episode;
    const { level, at } = verdict;
    if (level !== null) {
      if (level !== alert.level || alert.latched) this.change(episode, verdict, level, step);
    } else if (!rule.latch) {
      this.end(episode, at, step);
      // A lower level may be held still: that is the next episode.
      this.begin(episode.key, verdict, step);
    } else if (!alert.latched) {
      episode.alert = latch(alert);
      sayAlert(episode, 'firing', at, step);
      sayIncident(episode, this.incidents.calmed(episode.key, episode.alert), at, step);
    }
  }

  private fire(episode: Episode, verdict: Verdict, to: { readonly level: Level; readonly was: AlertState | null }, step: AlertStep): void {
    episode.alert = fire(episode.alert, verdict, to.level);
    const entered = this.entry.enter(episode, verdict.at);
    sayAlert(episode, to.was, verdict.at, step);
    this.leftovers.sayEntered(episode, crossed(entered, verdict), verdict.at, step);
  }

  private change(episode: Episode, verdict: Verdict, level: Level, step: AlertStep): void {
    const before = episode.alert;
    episode.alert = changeLevel(before, verdict, level);
    // An alert outside any incident, below `from` till now or left over from a finished one, enters when it gets worse.
    const worse = levelRank(level) > levelRank(before.level) || before.latched;
    const inside = this.incidents.knows(before.incident);
    const entered = worse && !inside ? this.entry.enter(episode, verdict.at) : null;
    sayAlert(episode, 'firing', verdict.at, step);
    const { order } = verdict.rule;
    const asks = order !== null && levelRank(level) >= levelRank(order.from);
    const told = inside ? this.incidents.levelChanged(episode.key, episode.alert, asks) : entered;
    this.leftovers.sayEntered(episode, crossed(told, verdict), verdict.at, step);
  }

  private end(episode: Episode, at: Millis, step: AlertStep, reset: AlertReset | null = null): void {
    const was = episode.alert.state;
    episode.alert = resolve(episode.alert, at, reset);
    this.episodes.forget(episode);
    sayAlert(episode, was, at, step);
    sayIncident(episode, this.incidents.resolved(episode.key, episode.alert, at), at, step);
  }

  /** A silence has ended: whoever it kept out and still fires comes in; whoever waits only for a person calls nobody. */
  private enterHushed(at: Millis, step: AlertStep): void {
    for (const episode of this.episodes.all()) {
      if ((episode.alert.hushed ?? null) === null) continue;
      const entered = episode.alert.latched ? this.entry.unhush(episode) : this.entry.enter(episode, at);
      if ((episode.alert.hushed ?? null) !== null) continue;
      sayAlert(episode, 'firing', at, step);
      this.leftovers.sayEntered(episode, entered, at, step);
    }
  }
}
