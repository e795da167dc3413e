import type { Message } from './channel.js';
import type { Alert, Transition } from './decide-alert.js';

const VALUE_MAX = 300; // characters of one line

/** An alert in words, for people and machines. */
export function messageOf(alert: Alert, transition: Transition, now: Date): Message {
  const lines = [
    `${alert.severity} · raised ${alert.raisedAt}`,
    ...(transition === 'acknowledged'
      ? [
          `acknowledged ${alert.acknowledgedAt} by ${alert.acknowledgedBy}${alert.note === null ? '' : `: ${alert.note}`}`,
        ]
      : []),
    ...(transition === 'recovered' ? [`recovered ${alert.recoveredAt}`] : []),
    ...Object.entries(alert.detail).map(([name, value]) => `${name}: ${inWords(value)}`),
    `alert ${alert.id} (${alert.key})`,
  ];
  return {
    id: `${alert.id}-${transition}`,
    transition,
    title: alert.title,
    text: lines.join('\n'),
    alert,
    severity: alert.severity,
    sentAt: Math.floor(now.getTime() / 1_000),
  };
}

const inWords = (value: unknown): string => words(value).slice(0, VALUE_MAX);

/** `12.4 to 39.6` of two numbers, `day 2026-10-03, before 4, after 9` of members, and lists with semicolons. */
function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (!Array.isArray(value))
    return Object.entries(value)
      .map(([name, each]) => `${name} ${words(each)}`)
      .join(', ');
  const isInterval = value.length === 2 && value.every((each) => typeof each === 'number');
  return value.map(words).join(isInterval ? ' to ' : '; ');
}
