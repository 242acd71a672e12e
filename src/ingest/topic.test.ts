import { describe, expect, it } from 'vitest';
import { brief, gatewayOf, matches, useOf } from './topic.ts';

describe('topics', () => {
  it('say what a publish is for', () => {
    expect(['city/gw', 'city/gw/s/senml'].map(useOf)).toEqual(['telemetry', 'telemetry']);
    expect(useOf('orders/wo-1/receipts')).toBe('receipt');
    const astray = ['orders/fire', 'orders//receipts', 'orders/a/b/receipts', 'drill/orders/fire', '$SYS/x', 'cityx', '__proto__'];
    expect(new Set(astray.map(useOf))).toEqual(new Set(['astray']));
  });

  it('name their gateway', () => {
    expect(['city/gw', 'city/gw/s', 'city/', 'city//s', 'orders/a/receipts'].map(gatewayOf)).toEqual(['gw', 'gw', '', '', '']);
  });

  it.each([
    ['orders/#', 'orders/fire', true],
    ['orders/#', 'orders', true],
    ['orders/#', 'orders/street/310104014', true],
    ['orders/+', 'orders/street/310104014', false],
    ['orders/+/310104014', 'orders/street/310104014', true],
    ['orders/fire', 'orders/fire', true],
    ['orders/fire', 'orders/fire/x', false],
    ['orders/fire/+', 'orders/fire', false],
    ['drill/orders/#', 'orders/fire', false],
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(matches(filter, topic)).toBe(expected);
  });

  it('are said in full only while they are short', () => {
    expect(brief('city/gw')).toBe('city/gw');
    expect(brief('x'.repeat(65_535))).toHaveLength(80);
  });
});
