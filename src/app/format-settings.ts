import type { Config } from '../config/config.ts';
import type { FormatSettings } from '../deliver/formats/write-as.ts';
import type { City } from '../model/place.ts';

/** Who sends, after the configuration and the city. */
export function formatSettings({ formats }: Pick<Config, 'formats'>, city: Pick<City, 'id' | 'title' | 'zone'>): FormatSettings {
  const { source, cap } = formats;
  return {
    source: source ?? `/maibo/${encodeURIComponent(city.id)}`,
    cap: cap === null ? null : { ...cap, name: city.title, zone: city.zone },
  };
}
