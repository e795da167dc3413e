import type { AlertDelivery } from '../alert/alert-store.js';
import { ATTEMPTS_MAX } from '../alert/alert-store.js';
import type { Enqueued, Job } from './job.js';

export const deliveryJob = ({ alertId, transition, channel }: AlertDelivery): Enqueued => ({
  name: alertDeliver.name,
  id: `alert-${alertId}-${transition}-${channel}`,
  data: { alert_id: alertId, transition, channel },
});

const deliveryOf = (data: Readonly<Record<string, string>>): AlertDelivery => ({
  alertId: data['alert_id'] ?? '',
  transition: (data['transition'] ?? '') as AlertDelivery['transition'],
  channel: data['channel'] ?? '',
});

export const alertDeliver: Job = {
  name: 'alert-deliver',
  meaning: 'Tells one change of one alert on one channel.',
  attempts: ATTEMPTS_MAX,
  deadlineMs: 24 * 3_600_000,
  blocks: false, // a receiver that is down says nothing about the numbers of a month
  run: (data, { alerts }) => alerts.deliver(deliveryOf(data)),
  cancelled: (data, { alerts }) => alerts.giveUp(deliveryOf(data)),
};
