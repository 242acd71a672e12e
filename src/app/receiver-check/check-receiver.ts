import { randomUUID } from 'node:crypto';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import { openReceiptDoor } from './receipt-door.ts';
import { RECEIVER_CHECKS, type Finding, type ReceiverCheck, type Trial } from './receiver-checks.ts';
import { PATIENCE } from './send-probe.ts';

export interface CheckOptions {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly party: string;
  readonly street: string | null;
  /** The port to take receipts at; `null`: none are taken, and nobody sees how often the receiver acts. */
  readonly receipts: number | null;
  /** Told before the first check, so that the receiver can be pointed there. */
  readonly listening?: (url: string) => void;
  readonly found: (check: ReceiverCheck, finding: Finding) => void;
  /** Shorter in tests. */
  readonly wait?: Trial['wait'];
  readonly patience?: Millis;
}

/** As long as a person's system may take for its first receipt, and as long as a second one may lag behind. */
const WAIT = { first: 10_000, then: 2_000 };

/**
 * Tries a receiver by the contract of `fixtures/receiver/README.md`. Every order that it sends is a drill.
 * @returns how many checks failed
 * @throws Refusal `usage` for an address that is none, `webhook-secret-invalid`, `port-taken`
 */
export async function checkReceiver(options: CheckOptions): Promise<number> {
  const { url, secrets, party, street, receipts, found, wait = WAIT, patience = PATIENCE } = options;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new Refusal('usage', `"${url}" is no http or https address of a receiver.`);
  const door = receipts === null ? null : await openDoor(receipts);
  const trial: Trial = { url, secrets, to: { party, street }, nonce: randomUUID(), now: Date.now, door, wait, patience };
  if (door !== null) options.listening?.(door.url);
  let failed = 0;
  try {
    for (const check of RECEIVER_CHECKS) {
      const finding = await check.run(trial);
      if (finding.kind === 'bad') failed += 1;
      found(check, finding);
    }
  } finally {
    await door?.close();
  }
  return failed;
}

async function openDoor(port: number): ReturnType<typeof openReceiptDoor> {
  try {
    return await openReceiptDoor(port);
  } catch {
    throw new Refusal('port-taken', `Port ${port} cannot be used for receipts; give another with --receipts.`);
  }
}
