import { describe, expect, it } from 'vitest';
import { hashPassword, LogIns } from './log-in.ts';

describe('logging in', () => {
  it('takes the right password of the right gateway and nothing else', async () => {
    const gateways = new Map([
      ['gw-01', { passwordHash: await hashPassword('one') }],
      ['gw-02', { passwordHash: await hashPassword('two') }],
    ]);
    const logIns = new LogIns(gateways);
    const check = (gateway: string, password: string) => logIns.check(gateway, Buffer.from(password));
    expect(await Promise.all([check('gw-01', 'one'), check('gw-02', 'two'), check('gw-01', 'one')])).toEqual([true, true, true]);
    expect(
      await Promise.all([check('gw-01', 'two'), check('gw-01', ''), check('gw-03', 'one'), check('', ''), check('__proto__', 'one')]),
    ).toEqual([false, false, false, false, false]);
  });

  it('recognises a password that was right before without the long way', async () => {
    const logIns = new LogIns(new Map([['gw', { passwordHash: await hashPassword('one') }]]));
    await logIns.check('gw', Buffer.from('one'));
    const started = performance.now();
    for (let round = 0; round < 1_000; round += 1) expect(await logIns.check('gw', Buffer.from('one'))).toBe(true);
    // The long way takes tens of milliseconds each.
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await logIns.check('gw', Buffer.from('onE'))).toBe(false);
  });

  it.each([
    '',
    'plain',
    'scrypt$16384$8$1$$',
    'scrypt$16383$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt$1048576$1024$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==',
  ])('refuses the hash %j at the start', (passwordHash) => {
    expect(() => new LogIns(new Map([['gw', { passwordHash }]]))).toThrow(/password-hash-invalid/);
  });
});
