import { describe, expect, it } from '@jest/globals';
import { Zone } from '../../../src/kernel/day.js';
import { groupEvents, keysOfEvent } from '../../../src/reconcile/load/groups.js';
import { at, tracked } from './given.js';

const zone = new Zone('Europe/Berlin');
const group = (event: ReturnType<typeof tracked>, groups: [string, string][], linked: [string, string[]][] = []) =>
  groupEvents([event], 'person', { groups: new Map(groups), linked: new Map(linked) }, zone)[0]!.group;

describe('what an event belongs to', () => {
  it('given a user id, then only that counts', () => {
    const event = tracked('', { userId: 'u1', anonymousId: 'a1' });
    expect(group(event, [['anonymous:a1', 'user:u2']])).toBe('user:u1');
    expect(group(event, [['user:u1', 'user:u0']])).toBe('user:u0');
  });

  it('given only a device, then the user whom truth knows by it', () => {
    const event = tracked('', { anonymousId: 'a1' });
    expect(group(event, [['anonymous:a1', 'user:u1']], [['anonymous:a1', ['user:u2']]])).toBe('user:u1');
  });

  it('given a device that truth knows no user of, then the one whom a browser linked', () => {
    const event = tracked('', { anonymousId: 'a1' });
    const known: [string, string][] = [
      ['anonymous:a1', 'anonymous:a1'],
      ['user:u2', 'user:u0'],
    ];
    expect(group(event, known, [['anonymous:a1', ['user:u2']]])).toBe('user:u0');
    expect(group(event, [], [['anonymous:a1', ['user:u2']]])).toBe('user:u2');
  });

  it('given a device that browsers linked with two users, then none of them', () =>
    expect(group(tracked('', { anonymousId: 'a1' }), [], [['anonymous:a1', ['user:u1', 'user:u2']]])).toBe(
      'anonymous:a1',
    ));

  it('given no id, then it is alone', () => {
    const event = tracked('');
    expect(group(event, [])).toBe(`message:${event.messageId}`);
  });

  it('given several ids of a purchase, then the order comes first, for a checkout the checkout', () => {
    const event = tracked('', { refs: ['checkout:c', 'payment:p', 'order:o'] });
    expect(keysOfEvent(event, 'purchase')).toEqual(['order:o', 'payment:p', 'checkout:c']);
    expect(keysOfEvent(event, 'checkout')).toEqual(['checkout:c', 'order:o', 'payment:p']);
  });

  it('given 22:30 UTC, then it is the next day in the reporting zone', () => {
    const [event] = groupEvents(
      [{ ...tracked('', { at: at('22:30:00') }), day: undefined }],
      'person',
      { groups: new Map(), linked: new Map() },
      zone,
    );
    expect(event!.day).toBe('2026-10-04');
  });

  it('given events that were grouped before, then one whose group is another now is made anew, on its day', () => {
    const before = [tracked('', { userId: 'u1' }), tracked('', { userId: 'u2' })].map((event) => ({
      ...event,
      group: 'customer',
    }));
    const groups = new Map([
      ['user:u1', 'customer'],
      ['user:u2', 'other'],
    ]);
    const [same, moved] = groupEvents(before, 'person', { groups, linked: new Map() }, zone);
    expect(same).toBe(before[0]);
    expect(moved).toEqual({ ...before[1], group: 'other' });
    expect(before[1]!.group).toBe('customer');
  });
});
