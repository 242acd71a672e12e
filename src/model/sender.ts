/**
 * Who sent a receipt by MQTT: the user name of its log-in, which is what stands behind `orders/` in the topic that it listens to,
 * `fire` or `street/310104014`. Ids hold no slash, so the two never meet. `''` where anybody may be anybody: an open door,
 * or a broker that is not ours and keeps its own list of who may do what.
 */
export type Sender = string;

export function senderOf(party: string, street: string | null): Sender {
  return street === null ? party : `${party}/${street}`;
}

/** A party answers for all its offices, an office for itself only: its receipts have to name the street. */
export function mayAnswerFor(sender: Sender, { party, street }: { readonly party: string; readonly street: string | null }): boolean {
  return sender === '' || sender === party || (street !== null && sender === senderOf(party, street));
}
