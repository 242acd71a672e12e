import { describe, expect, test } from 'vitest';
import { reasonText } from './delivery-reason.ts';

describe('the reason of a delivery, for a person', () => {
  test.each([
    'http-401',
    'http-404',
    'http-418',
    'http-429',
    'http-503',
    'redirect-302',
    'time-out',
    'network-ECONNREFUSED',
    'network-EPROTO',
    'no-subscriber',
    'webhook-secret-missing',
    'mqtt-not-acknowledged',
    'order-closed',
    'never heard of',
  ])('%s is said in both languages', (reason) => {
    const { zh, en } = reasonText(reason);
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    expect(en).toMatch(/^[A-Z][ -~]+$/);
  });

  test('the status stands in it', () => {
    expect(reasonText('http-503')).toEqual({ zh: '应答 503：对方故障', en: 'Answered 503: a fault of the other side' });
    expect(reasonText('http-418')).toEqual({ zh: '应答 418', en: 'Answered 418' });
  });
});
