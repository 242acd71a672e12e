import type { Journal } from '../journal/journal.ts';
import type { BaselineTable } from '../model/baseline.ts';
import type { City } from '../model/place.ts';
import type { RuleSet } from '../model/rule.ts';
import type { Configured } from './core.ts';
import type { CoreSettings, Definition } from './definition.ts';

/** What was last in force, part by part: one that has not changed is the same object, and costs nothing to put in force again. */
export class Definitions {
  private readonly journal: Pick<Journal, 'definition'>;
  private readonly parts = new Map<string, { readonly hash: string; readonly part: unknown }>();

  constructor(journal: Pick<Journal, 'definition'>) {
    this.journal = journal;
  }

  load(event: Configured): Definition {
    return {
      rules: this.part('rules', event.rules) as RuleSet,
      city: this.part('city', event.city) as City,
      settings: this.part('settings', event.settings) as CoreSettings,
    };
  }

  /** @throws Error: a snapshot or an entry names it, so it must be there. */
  baselines(table: string): BaselineTable {
    return this.part('baselines', table) as BaselineTable;
  }

  private part(name: string, hash: string): unknown {
    const known = this.parts.get(name);
    if (known?.hash === hash) return known.part;
    const body = this.journal.definition(hash);
    if (body === null) throw new Error(`the journal has no definition ${hash}`);
    const part: unknown = JSON.parse(body);
    this.parts.set(name, { hash, part });
    return part;
  }
}
