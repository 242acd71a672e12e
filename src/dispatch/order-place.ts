import type { Incident } from '../model/incident.ts';
import type { City } from '../model/place.ts';
import type { Subject } from '../model/verdict.ts';
import type { WorkOrder } from '../model/work-order.ts';

/** Where an order sends people: the place; where there is none the street; else the sensor or the district. */
export function orderPlace(city: City, incident: Incident, subject: Subject): WorkOrder['place'] {
  if (incident.place !== null) {
    const id = incident.place;
    const place = city.places.find((one) => one.id === id);
    if (place === undefined) return { id, name: { zh: id, en: id }, street: incident.street, at: null };
    return { id, name: place.title, street: place.street, at: place.at };
  }
  if (incident.street !== null) {
    const code = incident.street;
    const name = city.streets.find((one) => one.code === code)?.title ?? { zh: code, en: code };
    return { id: code, name, street: code, at: null };
  }
  if (subject.sensor !== null) return { id: subject.sensor, name: { zh: subject.sensor, en: subject.sensor }, street: null, at: null };
  return { id: city.id, name: city.title, street: null, at: null };
}
