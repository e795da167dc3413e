import { describe, expect, it } from '@jest/globals';
import { messageOf } from '../../../src/alert/message.js';
import type { Alert } from '../../../src/alert/decide-alert.js';

const alert = {
  ...{ id: 'a1', key: 'drift.tool.signups.loss_pct', state: 'raised', severity: 'critical', title: 'loss went up' },
  ...{
    raisedAt: '2026-10-20T07:00:00.000Z',
    acknowledgedAt: null,
    acknowledgedBy: null,
    note: null,
    recoveredAt: null,
  },
  detail: {
    day: '2026-10-19',
    value: 30,
    shift: { day: '2026-10-17', before: 9.6, after: 21.9 },
    interval: [12.4, 39.6],
    causes: ['missing lost_event +14 points', 'missing bot -2 points'],
  },
} as unknown as Alert;

describe('an alert in words', () => {
  it('given details of any shape, then each is a line that people read', () => {
    const { text } = messageOf(alert, 'raised', new Date('2026-10-20T07:00:01Z'));
    expect(text.split('\n')).toEqual([
      'critical · raised 2026-10-20T07:00:00.000Z',
      'day: 2026-10-19',
      'value: 30',
      'shift: day 2026-10-17, before 9.6, after 21.9',
      'interval: 12.4 to 39.6',
      'causes: missing lost_event +14 points; missing bot -2 points',
      'alert a1 (drift.tool.signups.loss_pct)',
    ]);
  });

  it('given a very long one, then it is cut', () => {
    const { text } = messageOf({ ...alert, detail: { causes: Array(200).fill('cause') } }, 'raised', new Date(0));
    expect(text.split('\n')[1]!.length).toBeLessThan(320);
  });
});
