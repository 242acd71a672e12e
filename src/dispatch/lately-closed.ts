import { DRILL_KEY } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';
import { OpenOrder, type SavedOrder } from './open-order.ts';

export type SavedLately = readonly (readonly [until: Millis, order: SavedOrder])[];

/** Orders that ended so short a time ago that their alert may open them again. A cancelled one is kept for its commands alone. */
export class LatelyClosed {
  private readonly byId = new Map<string, { readonly until: Millis; readonly open: OpenOrder }>();

  add(open: OpenOrder, until: Millis): void {
    this.byId.set(open.order.id, { until, open });
  }

  get(id: string): OpenOrder | undefined {
    return this.byId.get(id)?.open;
  }

  forget(id: string): void {
    this.byId.delete(id);
  }

  /** The closed one that is of the same happening; whatever is too old by then is forgotten. */
  find(like: Pick<WorkOrder, 'sort' | 'place' | 'drill'>, at: Millis): OpenOrder | null {
    let found: OpenOrder | null = null;
    for (const [id, { until, open }] of this.byId) {
      if (until < at) this.byId.delete(id);
      else if (open.order.state === 'closed' && isLike(open.order, like)) found = open;
    }
    return found;
  }

  save(): SavedLately {
    return [...this.byId.values()].map(({ until, open }) => [until, open.save()] as const);
  }

  restore(saved: SavedLately): void {
    this.byId.clear();
    for (const [until, order] of saved) this.add(OpenOrder.restore(order), until);
  }
}

function isLike(order: WorkOrder, { sort, place, drill }: Pick<WorkOrder, 'sort' | 'place' | 'drill'>): boolean {
  return order.sort === sort && order.place.id === place.id && order.drill === drill && !isExercise(order);
}

function isExercise({ alerts }: WorkOrder): boolean {
  return alerts.some(({ key }) => key.startsWith(DRILL_KEY));
}
