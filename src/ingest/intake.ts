/** Where every message goes. The doors own this port; the pipeline behind it implements it. */
export interface Intake {
  /**
   * Takes one message. Returns at once and is cheap. `settled` is called once: with `null` when the message is durable
   * and may be acknowledged, with an error when it never will be (then nothing is acknowledged).
   * `gateway` is the second level of a `city/…` topic; for a receipt the name of the log-in that sent it (`model/sender.ts`),
   * `''` without log-ins; `''` otherwise.
   */
  offer(gateway: string, topic: string, payload: Uint8Array, settled: (error: Error | null) => void): void;
}
