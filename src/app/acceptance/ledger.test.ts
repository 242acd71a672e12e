import { describe, expect, it } from 'vitest';
import { isClean, judge, Ledger } from './ledger.ts';

const everything = { readings: new Set(['s#1', 's#2']), receipts: new Set(['r1']) };

function full(): Ledger {
  const ledger = new Ledger();
  ledger.acknowledged.add('s#1').add('s#2');
  ledger.owed.add('p1');
  ledger.receipts.add('r1');
  ledger.arrived({ id: 'm1', type: 'order.dispatched', party: 'fire', order: 'wo_1', place: 'p1' });
  ledger.arrived({ id: 'm1', type: 'order.dispatched', party: 'fire', order: 'wo_1', place: 'p1' });
  return ledger;
}

describe('the ledger', () => {
  it('is clean when all that was promised is there, repeats under one id included', () => {
    const findings = judge(full(), everything, ['fire']);
    expect(isClean(findings)).toBe(true);
    expect(findings.repeats).toBe(1);
  });

  it('finds a lost reading, a lost order, a lost receipt and an order made twice', () => {
    expect(judge(full(), { ...everything, readings: new Set(['s#2']) }, ['fire']).lostReadings).toEqual(['s#1']);
    expect(judge(full(), everything, ['fire', 'police']).lostOrders).toEqual(['p1 police']);
    expect(judge(full(), { ...everything, receipts: new Set() }, ['fire']).lostReceipts).toEqual(['r1']);
    const twice = full();
    twice.arrived({ id: 'm2', type: 'order.dispatched', party: 'fire', order: 'wo_2', place: 'p1' });
    expect(judge(twice, everything, ['fire']).twice).toEqual(['p1']);
    expect(isClean(judge(twice, everything, ['fire']))).toBe(false);
  });
});
