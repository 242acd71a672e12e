import type { Subject } from '../model/verdict.ts';

/** Keys of a sign that lie in one area. */
export interface Area {
  readonly keys: number[];
  /** Moves on whenever one of them may have come to say something else. */
  said: number;
}

/** Where the keys of a sign lie: by name (`street:…`, `place:…`, `district:…`, `same:…`). */
export class Areas {
  private readonly district: string;
  private readonly byName = new Map<string, Area>();

  constructor(district: string) {
    this.district = district;
  }

  add(key: number, subject: Subject): void {
    for (const name of this.namesOf(subject)) {
      const area = this.area(name);
      area.keys.push(key);
      area.said += 1;
    }
  }

  /** The area of that name, for good; without keys when nobody lies in it. */
  area(name: string): Area {
    let area = this.byName.get(name);
    if (area === undefined) {
      area = { keys: [], said: 0 };
      this.byName.set(name, area);
    }
    return area;
  }

  /** What the key says has changed, or may have. */
  speak(subject: Subject): void {
    for (const name of this.namesOf(subject)) this.area(name).said += 1;
  }

  /** Nothing that was known of any of them counts any more. */
  speakAll(): void {
    for (const area of this.byName.values()) area.said += 1;
  }

  /** The areas stay, their keys are to be added anew. */
  empty(): void {
    for (const area of this.byName.values()) area.keys.length = 0;
    this.speakAll();
  }

  private namesOf({ key, place, street }: Subject): string[] {
    const names = [`same:${key}`, `district:${this.district}`];
    if (place !== null) names.push(`place:${place}`);
    if (street !== null) names.push(`street:${street}`);
    return names;
  }
}
