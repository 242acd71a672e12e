import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { PartyConfig } from '../../config/config.ts';
import type { Party } from '../../model/place.ts';
import { openSampleReceiver } from './sample-receiver.ts';
import type { ReceiverOptions, SampleReceiver } from './sample-receiver.ts';

/** What a receiver says of a message that it took. */
export type ReceivedLine = Parameters<ReceiverOptions['print']>[0];

export interface Receivers {
  readonly parties: Readonly<Record<string, PartyConfig>>;
  readonly close: () => Promise<void>;
}

export interface ReceiversOptions {
  readonly parties: readonly Party[];
  /** Where they keep what they took. */
  readonly directory: string;
  /** Where the server answers; known only after the receivers are open. */
  readonly server: () => string;
  /** 10 answers ten times as fast. */
  readonly hurry: number;
  readonly print: (line: ReceivedLine) => void;
}

/** Milliseconds to accepted, from there to on site, from there to resolved: the crews of a quick day. */
const PACE: Readonly<Record<string, readonly [number, number, number]>> = {
  fire: [900, 2_600, 5_500],
  police: [1_400, 3_400, 5_000],
  street: [1_900, 3_200, 5_800],
};
const OTHERS: readonly [number, number, number] = [1_600, 4_000, 6_000];

/** One sample receiver for each party of the city, each with a secret of its own, so that every order can be answered and closed. */
export async function openReceivers(options: ReceiversOptions): Promise<Receivers> {
  const { parties, directory, server, hurry, print } = options;
  const open: { readonly receiver: SampleReceiver; readonly secret: string; readonly party: Party }[] = [];
  const close = async (): Promise<void> => void (await Promise.all(open.map(({ receiver }) => receiver.close())));
  try {
    for (const party of parties) {
      const secret = `whsec_${randomBytes(24).toString('base64')}`;
      const [accept, onSite, resolve] = (PACE[party.id] ?? OTHERS).map((ms) => ms / hurry) as [number, number, number];
      const receiver = await openSampleReceiver({
        party: party.id,
        secrets: [secret],
        port: 0,
        file: join(directory, `${party.id}.ids`),
        answer: { baseUrl: server, acceptAfter: accept, onSiteAfter: onSite, resolveAfter: resolve },
        print,
      });
      open.push({ receiver, secret, party });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const configs = open.map(({ receiver, secret, party }): [string, PartyConfig] => [
    party.id,
    { title: party.title, webhooks: [{ url: receiver.url, secrets: [secret], drills: true }], mqtt: null, byStreet: {} },
  ]);
  return { parties: Object.fromEntries(configs), close };
}
