import { randomBytes } from 'node:crypto';
import { signMessage } from '../../deliver/sign.ts';
import type { Text } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import { probeDigest, probeOrder, type ProbeOrder, type ProbeTo } from './probe-order.ts';
import type { ReceiptDoor } from './receipt-door.ts';
import { sendProbe, type Answer } from './send-probe.ts';

/** What a receiver is tried with, and what the trials share. */
export interface Trial {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly to: ProbeTo;
  /** Makes the ids of this run its own. */
  readonly nonce: string;
  readonly now: () => Millis;
  /** `null`: nothing shows how often it acts. */
  readonly door: ReceiptDoor | null;
  /** How long the first receipt may take, and how long it must then be quiet. */
  readonly wait: { readonly first: Millis; readonly then: Millis };
  readonly patience: Millis;
}

export type Finding =
  | { readonly kind: 'good'; readonly took: Millis | null }
  | { readonly kind: 'bad'; readonly said: Text; readonly took: Millis | null }
  /** Nothing could be seen; `said` is how it can be. */
  | { readonly kind: 'unseen'; readonly said: Text };

export interface ReceiverCheck {
  readonly id: string;
  readonly title: Text;
  readonly run: (trial: Trial) => Promise<Finding>;
}

/** Far outside of the tolerance of five minutes. */
const STALE: Millis = 900_000;
/** An answer this late still counts, but leaves little before the sender gives up. */
const SLOW: Millis = 5_000;

interface Change {
  readonly secrets?: readonly string[];
  readonly shift?: Millis;
  readonly body?: string;
  readonly without?: string;
}

function send(trial: Trial, { id, body }: ProbeOrder, change: Change = {}): Promise<Answer> {
  const { shift = 0, secrets = trial.secrets } = change;
  const signed: Record<string, string> = { ...signMessage({ id, at: trial.now() + shift, body, secrets }) };
  const headers = Object.fromEntries(Object.entries(signed).filter(([name]) => name !== change.without));
  return sendProbe(trial.url, headers, change.body ?? body, trial.patience);
}

function orderOf(trial: Trial, name: string, extra: object = {}): ProbeOrder {
  return probeOrder(trial.to, `${trial.nonce} ${name}`, trial.now(), extra);
}

function seen({ status, reason }: Answer): Text {
  if (status === null) return { zh: `没有应答（${reason ?? ''}）`, en: `no answer (${reason ?? ''})` };
  return { zh: `应答 ${status}`, en: `answered ${status}` };
}

function mustTake(answer: Answer): Finding {
  const { status, took } = answer;
  if (status !== null && status >= 200 && status < 300) return { kind: 'good', took };
  const { zh, en } = seen(answer);
  return { kind: 'bad', said: { zh: `${zh}，应为 2xx`, en: `${en}, not 2xx` }, took };
}

/** 5xx and 429 would bring it again, and a redirect is not a refusal of what is forged. */
function mustRefuse(answer: Answer): Finding {
  const { status, took } = answer;
  if (status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408) return { kind: 'good', took };
  const { zh, en } = seen(answer);
  return { kind: 'bad', said: { zh: `${zh}，应为 401`, en: `${en}, not 401` }, took };
}

async function actedOnce({ door, wait }: Trial, order: string): Promise<Finding> {
  if (door === null) {
    return { kind: 'unseen', said: { zh: '请用 --receipts 让回执发到这里', en: 'give --receipts, and let the receiver answer there' } };
  }
  await door.quiet(order, wait);
  const ids = new Map<string, number>();
  const distinct = new Set<string>();
  for (const [index, { order: of, state, id }] of door.heard.entries()) {
    const key = `${state} ${id ?? index}`;
    if (of !== order || distinct.has(key)) continue;
    distinct.add(key);
    ids.set(state, (ids.get(state) ?? 0) + 1);
  }
  if (distinct.size === 0) return { kind: 'bad', said: { zh: '没有收到它的回执', en: 'none of its receipts came' }, took: null };
  const twice = [...ids].find(([, count]) => count > 1);
  if (twice === undefined) return { kind: 'good', took: null };
  const [state, count] = twice;
  return { kind: 'bad', said: { zh: `处置了 ${count} 次（${state}）`, en: `acted ${count} times (${state})` }, took: null };
}

async function actsOnDigest(trial: Trial): Promise<Finding> {
  const nonces = ['first', 'second', 'third'].map((name) => `${trial.nonce} digest ${name}`);
  const { orders, probe } = probeDigest(trial.to, nonces, trial.now());
  const taken = mustTake(await send(trial, probe));
  if (taken.kind === 'bad') return taken;
  await send(trial, probe);
  const findings: Finding[] = [];
  for (const order of orders) findings.push(await actedOnce(trial, order));
  const left = findings.filter(({ kind }) => kind === 'bad').length;
  const [wrong] = findings.flatMap((one) => (one.kind === 'bad' ? [one.said] : []));
  if (wrong === undefined) return findings[0] as Finding;
  const of = orders.length;
  return { kind: 'bad', said: { zh: `${of} 张中 ${left} 张：${wrong.zh}`, en: `${left} of ${of}: ${wrong.en}` }, took: null };
}

const another = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** In this order: the later ones rest on the first. */
export const RECEIVER_CHECKS: readonly ReceiverCheck[] = [
  {
    id: 'takes-signed',
    title: { zh: '接受签名正确的工单', en: 'takes a signed order' },
    run: async (trial) => mustTake(await send(trial, orderOf(trial, 'signed'))),
  },
  {
    id: 'takes-repeat',
    title: { zh: '同一编号重来仍答 2xx', en: 'answers 2xx to a repeated id' },
    run: async (trial) => {
      const order = orderOf(trial, 'signed');
      const [again, ...rest] = await Promise.all([1, 2, 3, 4].map(() => send(trial, order)));
      return [again as Answer, ...rest].map(mustTake).find(({ kind }) => kind === 'bad') ?? mustTake(again as Answer);
    },
  },
  {
    id: 'acts-once',
    title: { zh: '重来只处置一次', en: 'acts once on a repeated id' },
    run: (trial) => actedOnce(trial, orderOf(trial, 'signed').order),
  },
  {
    id: 'acts-once-at-once',
    title: { zh: '同时到达的同一编号只处置一次', en: 'acts once on one id that comes five times at the same moment' },
    run: async (trial) => {
      const order = orderOf(trial, 'at once');
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => send(trial, order)));
      // While the first is being stored, the others may be told to come again; not that they are refused.
      const refused = answers.find(({ status }) => status === null || (status >= 300 && status < 500 && status !== 429));
      if (refused !== undefined) return mustTake(refused);
      await send(trial, order);
      return actedOnce(trial, order.order);
    },
  },
  {
    id: 'acts-on-digest',
    title: { zh: '合并消息中的每张工单各处置一次', en: 'acts once on each order of a digest' },
    run: actsOnDigest,
  },
  {
    id: 'refuses-foreign',
    title: { zh: '拒绝别人密钥的签名', en: 'refuses the signature of another secret' },
    run: async (trial) => mustRefuse(await send(trial, orderOf(trial, 'foreign'), { secrets: [another()] })),
  },
  {
    id: 'refuses-changed',
    title: { zh: '拒绝途中被改的正文', en: 'refuses a body that was changed on the way' },
    run: async (trial) => {
      const order = orderOf(trial, 'changed');
      return mustRefuse(await send(trial, order, { body: order.body.replace('"blue"', '"red"') }));
    },
  },
  {
    id: 'refuses-unsigned',
    title: { zh: '拒绝没有签名的请求', en: 'refuses a request without a signature' },
    run: async (trial) => mustRefuse(await send(trial, orderOf(trial, 'unsigned'), { without: 'webhook-signature' })),
  },
  {
    id: 'refuses-old',
    title: { zh: '拒绝 15 分钟前的时间戳', en: 'refuses a timestamp of 15 minutes ago' },
    run: async (trial) => mustRefuse(await send(trial, orderOf(trial, 'old'), { shift: -STALE })),
  },
  {
    id: 'refuses-future',
    title: { zh: '拒绝 15 分钟后的时间戳', en: 'refuses a timestamp 15 minutes ahead' },
    run: async (trial) => mustRefuse(await send(trial, orderOf(trial, 'future'), { shift: STALE })),
  },
  {
    id: 'forgets-refused',
    title: { zh: '被拒的伪造不占用编号', en: 'a forgery that was refused does not use up the id' },
    run: async (trial) => {
      const order = orderOf(trial, 'foreign');
      const taken = mustTake(await send(trial, order));
      if (taken.kind === 'bad' || trial.door === null) return taken;
      return actedOnce(trial, order.order);
    },
  },
  {
    id: 'takes-rotation',
    title: { zh: '换密钥期间多个签名中有一个对即可', en: 'takes two signatures of which it knows one, as while a secret is changed' },
    run: async (trial) => mustTake(await send(trial, orderOf(trial, 'rotation'), { secrets: [another(), ...trial.secrets] })),
  },
  {
    id: 'takes-unknown-members',
    title: { zh: '忽略不认识的字段', en: 'ignores members that it does not know' },
    run: async (trial) => mustTake(await send(trial, orderOf(trial, 'members', { later: { added: [1, null] } }))),
  },
  {
    id: 'takes-long',
    title: { zh: '接受 200 KB 的工单', en: 'takes an order of 200 KB' },
    run: async (trial) => mustTake(await send(trial, orderOf(trial, 'long', { filler: '长'.repeat(66_000) }))),
  },
  {
    id: 'answers-soon',
    title: { zh: '5 秒内应答', en: 'answers within 5 seconds' },
    run: async (trial) => {
      const answers: Answer[] = [];
      for (const name of ['soon 1', 'soon 2', 'soon 3', 'soon 4', 'soon 5']) answers.push(await send(trial, orderOf(trial, name)));
      const slowest = answers.reduce((a, b) => (a.took > b.took ? a : b));
      if (slowest.took > Math.min(SLOW, trial.patience)) {
        const said = {
          zh: `最慢 ${slowest.took} ms，15 秒后算作没有应答`,
          en: `the slowest took ${slowest.took} ms; after 15 s it counts as none`,
        };
        return { kind: 'bad', said, took: slowest.took };
      }
      return answers.map(mustTake).find(({ kind }) => kind === 'bad') ?? { kind: 'good', took: slowest.took };
    },
  },
];
