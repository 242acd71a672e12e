import { describe, expect, test } from 'vitest';
import { signMessage, verifySignature } from './sign.ts';
import { seeded } from './test-rig.ts';

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const AT = 1_614_265_330_000;
const BODY = '{"test": 2432232314}';

describe('signing', () => {
  test('gives the signature of the reference vector of Standard Webhooks', () => {
    expect(signMessage({ id: ID, at: AT, body: BODY, secrets: [OLD] })).toEqual({
      'webhook-id': ID,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('bytes and text of one body have one signature, in any script', () => {
    const text = '{"title":{"zh":"烟感报警"}}';
    const [a, b] = [text, Buffer.from(text)].map((body) => signMessage({ id: ID, at: AT, body, secrets: [OLD] })['webhook-signature']);
    expect(a).toBe(b);
  });

  test('several secrets give several signatures, so that either side may change first', () => {
    const headers = { ...signMessage({ id: ID, at: AT, body: BODY, secrets: [NEW, OLD] }) };
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    for (const secrets of [[OLD], [NEW], ['whsec_b3RoZXI=', NEW]])
      expect(verifySignature({ headers, body: BODY, secrets, now: AT })).toEqual({ kind: 'verified', id: ID, at: AT });
  });

  test('a message without a secret, or with a broken one, is not signed at all', () => {
    expect(() => signMessage({ id: ID, at: AT, body: BODY, secrets: [] })).toThrow(
      expect.objectContaining({ code: 'webhook-secret-missing' }),
    );
    for (const secret of ['whsec_', 'whsec_not base64', 'whsec_ab$d'])
      expect(() => signMessage({ id: ID, at: AT, body: BODY, secrets: [secret] })).toThrow(
        expect.objectContaining({ code: 'webhook-secret-invalid' }),
      );
  });
});

describe('verifying', () => {
  const headers = { ...signMessage({ id: ID, at: AT, body: BODY, secrets: [OLD] }) };
  const verify = (change: Partial<Parameters<typeof verifySignature>[0]>) =>
    verifySignature({ headers, body: BODY, secrets: [OLD], now: AT, ...change });

  test('a foreign secret, a changed body and a changed id are refused', () => {
    const mismatch = { kind: 'refused', reason: 'signature-mismatch' };
    expect(verify({ secrets: [NEW] })).toEqual(mismatch);
    expect(verify({ secrets: [] })).toEqual(mismatch);
    expect(verify({ body: `${BODY} ` })).toEqual(mismatch);
    expect(verify({ headers: { ...headers, 'webhook-id': 'msg_other' } })).toEqual(mismatch);
  });

  test('a replay is taken up to 300 s and refused at 301 s, and so is one from the future', () => {
    expect(verify({ now: AT + 300_000 }).kind).toBe('verified');
    expect(verify({ now: AT + 301_000 })).toEqual({ kind: 'refused', reason: 'timestamp-too-old' });
    expect(verify({ now: AT - 300_000 }).kind).toBe('verified');
    expect(verify({ now: AT - 301_000 })).toEqual({ kind: 'refused', reason: 'timestamp-too-new' });
  });

  test('a missing, doubled or senseless header is refused', () => {
    for (const name of Object.keys(headers)) {
      expect(verify({ headers: { ...headers, [name]: undefined } })).toEqual({ kind: 'refused', reason: 'header-missing' });
      expect(verify({ headers: { ...headers, [name]: ['a', 'b'] } })).toEqual({ kind: 'refused', reason: 'header-missing' });
    }
    for (const value of ['', '-1', '1e9', ' 1614265330', '1614265330.5', 'now'])
      expect(verify({ headers: { ...headers, 'webhook-timestamp': value } })).toEqual({ kind: 'refused', reason: 'timestamp-invalid' });
  });

  test('of 10,000 flipped bits each one is refused; unflipped, the same message is taken', () => {
    const random = seeded(20_261_123);
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'body'] as const;
    const whole = { ...headers, body: BODY };
    let refused = 0;
    for (let run = 0; run < 10_000; run += 1) {
      const name = names[Math.floor(random() * names.length)] as (typeof names)[number];
      const bytes = Buffer.from(whole[name], 'latin1');
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      const { body, ...flipped } = { ...whole, [name]: name === 'body' ? bytes : bytes.toString('latin1') };
      if (verify({ headers: flipped, body }).kind === 'refused') refused += 1;
      if (run % 100 === 0) expect(verify({}).kind).toBe('verified');
    }
    expect(refused).toBe(10_000);
  });
});
