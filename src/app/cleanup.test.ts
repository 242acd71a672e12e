import { describe, expect, it } from 'vitest';
import { Cleanup } from './cleanup.ts';

describe('clean-up', () => {
  it('runs last in, first out, one after the other, once', async () => {
    const cleanup = new Cleanup();
    const ran: string[] = [];
    for (const name of ['journal', 'pipeline', 'door']) {
      cleanup.add(name, async () => {
        ran.push(`${name} begins`);
        await Promise.resolve();
        ran.push(`${name} ends`);
      });
    }
    await cleanup.run();
    await cleanup.run();
    expect(ran).toEqual(['door begins', 'door ends', 'pipeline begins', 'pipeline ends', 'journal begins', 'journal ends']);
  });

  it('goes on past a step that fails, and says all that failed by name', async () => {
    const cleanup = new Cleanup();
    const ran: string[] = [];
    cleanup.add('journal', () => void ran.push('journal'));
    cleanup.add('outbox', () => Promise.reject(new Error('no disk')));
    cleanup.add('door', () => {
      throw new Error('stuck');
    });
    await expect(cleanup.run()).rejects.toThrow('door: stuck; outbox: no disk');
    expect(ran).toEqual(['journal']);
  });
});
