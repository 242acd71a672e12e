import gcoord from 'gcoord';
import type { Position } from '../model/place.ts';

/** What Chinese maps are drawn in: GPS, the offset of AMap and government layers, the offset of Baidu. */
export type Crs = 'WGS84' | 'GCJ02' | 'BD09';

/** The package's types describe another module form than Node loads: at run time the default import is this object. */
const { transform } = gcoord as unknown as { readonly transform: (at: [number, number], from: Crs, to: Crs) => [number, number] };

/** The one place where coordinates are converted. Rounded to a millionth of a degree, about a decimetre. */
export function toWgs84(at: readonly [number, number], crs: Crs): Position {
  const [longitude, latitude] = crs === 'WGS84' ? at : transform([...at], crs, 'WGS84');
  return [round(longitude), round(latitude)];
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
