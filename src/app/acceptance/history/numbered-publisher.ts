import type { Millis } from '../../../model/time.ts';
import { TrialPublisher } from '../trial-publisher.ts';
import { GATEWAY, messageOf, type Numbering } from './numbered.ts';

/** Readings in a message, as a gateway that collects would send them. */
export const VALUES = 100;
/** Messages without a PUBACK, where the publisher goes as fast as it is let. Less of a sensor than the server recognises as repeats. */
const WINDOW = 40;

/** A gateway that sends numbered readings over MQTT, QoS 1, and sends again what was not acknowledged. */
export class NumberedPublisher {
  /** Readings with a PUBACK. */
  acknowledged = 0;
  sent = 0;
  /** Told with the time from sending to PUBACK of each message. */
  onAcknowledged: (took: Millis) => void = () => undefined;
  private readonly numbering: Numbering;
  private readonly publisher: TrialPublisher;
  private target = 0;
  private open = 0;

  constructor(port: number, numbering: Numbering) {
    this.numbering = numbering;
    this.publisher = new TrialPublisher(port);
  }

  /** Lets it send up to this number, or one that was named before, as fast as it is acknowledged. */
  upTo(target: number): void {
    this.target = Math.max(this.target, target);
    this.fill();
  }

  /** Sends now, whatever waits for its PUBACK. */
  send(readings: number): void {
    for (const end = this.sent + readings; this.sent < end; ) this.message(Math.min(end, this.sent + VALUES));
  }

  drained(): Promise<void> {
    return this.publisher.drained();
  }

  close(): void {
    this.publisher.close();
  }

  private fill(): void {
    while (this.sent < this.target && this.open < WINDOW) this.message(Math.min(this.target, this.sent + VALUES));
  }

  private message(to: number): void {
    const readings = to - this.sent;
    const body = messageOf(this.numbering, this.sent, to);
    this.sent = to;
    this.open += 1;
    const began = performance.now();
    this.publisher.publish(`city/${GATEWAY}`, body, () => {
      this.open -= 1;
      this.acknowledged += readings;
      this.onAcknowledged(performance.now() - began);
      this.fill();
    });
  }
}
