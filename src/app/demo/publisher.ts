/**
 * Plays a scenario into a running server with a real MQTT client, at QoS 1.
 *
 * Invariants:
 * I1  Entries go out in the order of the story, none is left out unless it is stopped.
 * I2  `sentAt` tells for a moment of the story when (wall time) the message that moved the story there was published.
 */
import { isoTime } from '../../model/time.ts';
import type { Millis } from '../../model/time.ts';
import { connectSender } from '../replay/mqtt-sender.ts';
import type { MqttSender } from '../replay/mqtt-sender.ts';
import type { Caption } from './scene.ts';
import type { Scenario, StoryEntry } from './scenario.ts';
import { wallOf } from './speed-plan.ts';

export interface PublisherOptions {
  readonly scenario: Scenario;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly caption: (caption: Caption, scene: string) => void;
  /** Wall time of the receivers, to compare with; milliseconds. */
  readonly now?: () => number;
  /** 1 is the pace of the plan; 10 plays ten times as fast. */
  readonly hurry?: number;
}

export interface Publisher {
  /** Resolves when the day is over, or was stopped. */
  readonly done: Promise<PublisherSummary>;
  /** Wall time at which the story reached this moment; `null` before it did. */
  readonly sentAt: (moment: Millis) => number | null;
}

export interface PublisherSummary {
  readonly messages: number;
  readonly readings: number;
  readonly acknowledged: number;
  readonly stopped: boolean;
}

/** Connects first, so that a server that is not there is told at once. */
export async function startPublisher(options: PublisherOptions): Promise<Publisher> {
  const sender = await connectSender({ url: options.url, name: 'maibo-demo' });
  const ledger = createLedger();
  return { done: play(options, sender, ledger), sentAt: ledger.find };
}

async function play(options: PublisherOptions, sender: MqttSender, ledger: Ledger): Promise<PublisherSummary> {
  const { scenario, signal, now = () => performance.now(), hurry = 1 } = options;
  const began = performance.now();
  let messages = 0;
  let readings = 0;
  let complete = false;
  try {
    for (const entry of scenario.timeline()) {
      await until(began + wallOf(scenario.speedPlan, entry.at) / hurry, signal);
      if (signal.aborted) break;
      if (entry.kind === 'caption') options.caption(entry.caption, entry.scene);
      else {
        messages += 1;
        readings += entry.readings.length;
        ledger.note(entry.at, now());
        await sender.send(topicOf(entry), bodyOf(entry));
      }
    }
    if (!signal.aborted) await sender.drain();
    complete = true;
    return { messages, readings, acknowledged: sender.counts().acknowledged, stopped: signal.aborted };
  } finally {
    await sender.close(!complete || signal.aborted);
  }
}

type MessageEntry = Extract<StoryEntry, { readonly kind: 'message' }>;

export function topicOf({ gateway, readings }: MessageEntry): string {
  const [first] = readings;
  return readings.length === 1 && first !== undefined ? `city/${gateway}/${first.sensor}` : `city/${gateway}`;
}

export function bodyOf({ readings }: MessageEntry): string {
  const [first] = readings;
  if (readings.length === 1 && first !== undefined) return JSON.stringify({ at: isoTime(first.at), values: first.values });
  return JSON.stringify(readings.map(({ sensor, at, values }) => ({ sensor, at: isoTime(at), values })));
}

interface Ledger {
  readonly note: (moment: Millis, wall: number) => void;
  readonly find: (moment: Millis) => number | null;
}

/** The story only goes forward, so its moments are sorted. */
function createLedger(): Ledger {
  const moments: Millis[] = [];
  const walls: number[] = [];
  return {
    note: (moment, wall) => {
      if (moments[moments.length - 1] === moment) return;
      moments.push(moment);
      walls.push(wall);
    },
    find: (moment) => {
      // What comes due between two messages is decided when the later one moves the clock: the first at or after it.
      let low = 0;
      let high = moments.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((moments[middle] as Millis) < moment) low = middle + 1;
        else high = middle;
      }
      return walls[low] ?? null;
    },
  };
}

function until(due: number, signal: AbortSignal): Promise<void> {
  const wait = due - performance.now();
  if (wait <= 1 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    signal.addEventListener('abort', done);
  });
}
