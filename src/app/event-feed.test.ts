import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../api/ports.ts';
import { EventFeed } from './event-feed.ts';

function event(n: number): ServerEvent {
  const data = { id: 'rainfall-1h', key: 'sensor:s1', place: null, street: null, level: null, pending: null, value: n };
  return { id: `${n}.1`, name: 'sign', data };
}

function feedOf(count: number): EventFeed {
  const feed = new EventFeed();
  for (let n = 0; n < count; n += 1) feed.publish(event(n));
  return feed;
}

describe('the feed', () => {
  it('sends a new reader what is new, and nothing of what was', () => {
    const feed = feedOf(3);
    const heard: string[] = [];
    expect(feed.follow(null, ({ id }) => heard.push(id)).gap).toBe(false);
    feed.publish(event(3));
    expect(heard).toEqual(['3.1']);
  });

  it('sends a reader that comes back all since the last it saw, once, in order', () => {
    const feed = feedOf(5);
    const heard: string[] = [];
    const { gap } = feed.follow('2.1', ({ id }) => heard.push(id));
    feed.publish(event(5));
    expect(gap).toBe(false);
    expect(heard).toEqual(['3.1', '4.1', '5.1']);
  });

  it('tells a reader whose last event is no longer kept that it has a gap', () => {
    const feed = feedOf(2_500);
    const heard: string[] = [];
    const { gap } = feed.follow('7.1', ({ id }) => heard.push(id));
    expect(gap).toBe(true);
    expect(heard).toHaveLength(2_000);
    expect(heard[0]).toBe('500.1');
    expect(new EventFeed().follow('7.1', () => undefined).gap).toBe(true);
  });

  it('is quiet towards who has left', () => {
    const feed = feedOf(0);
    const heard: string[] = [];
    feed.follow(null, ({ id }) => heard.push(id)).stop();
    feed.publish(event(1));
    expect(heard).toEqual([]);
  });
});
