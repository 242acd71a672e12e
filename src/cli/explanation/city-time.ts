/** Times of an answer as the clock of the city shows them; with the date where it is another day than `now`. */
export function cityTime(zone: string, now: string | null): (time: string) => string {
  // Swedish writes dates as ISO does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const today = now === null ? null : format.format(new Date(now)).slice(0, 10);
  return (time) => {
    const local = format.format(new Date(time));
    return local.slice(0, 10) === today ? local.slice(11) : local.slice(5);
  };
}
