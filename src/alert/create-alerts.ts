import type { Clock } from '../kernel/clock.js';
import { Problem } from '../kernel/errors.js';
import { decideAndAppend, type Decided } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import { holdsEmail } from '../ledger/vault/email-address.js';
import type { Database } from '../storage/database.js';
import { type AlertDelivery, AlertStore, type Delivery } from './alert-store.js';
import type { ChannelSettings, Message, Send } from './channel.js';
import { channels as allChannels } from './channels/index.js';
import type { Watched } from './condition.js';
import {
  type AlertEvent,
  alertFolding,
  type AlertState,
  decideAcknowledge,
  decideRaise,
  decideRecover,
} from './decide-alert.js';
import { messageOf } from './message.js';

export interface AlertDeps {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  newId: () => string;
  /** `vault.contentMac`. */
  contentMac: (value: unknown) => Buffer;
  settings: ChannelSettings;
  /** Everything that is wrong now, part by part; a part that could not be looked at is left out. */
  watched: () => Promise<readonly Watched[]>;
  channels?: typeof allChannels;
}

const UNKNOWN_CHANNEL = 'the channel is not in the settings any more';

export type Alerts = ReturnType<typeof createAlerts>;

/** Alerts: decided in the ledger, one stream per trouble; told where the settings say, each transition once. */
export function createAlerts(deps: AlertDeps) {
  const { database, clock, newId } = deps;
  const store = new AlertStore(database);
  const sends = openChannels(deps);

  /** Decides, and keeps what the stream says then, whoever decided it. Safe to run twice at once and to be killed anywhere. */
  const decided = async (key: string, decide: (state: AlertState) => Decided<AlertEvent>, actor: string) => {
    const { ledger, contentMac } = deps;
    const context = { now: clock(), actor, correlationId: key, contentMac };
    const appended = await decideAndAppend(ledger, decisionStream('alert', key), alertFolding, decide, context);
    if ('refused' in appended) return appended;
    if (appended.state) await store.keep(appended.state, appended.revision, [...sends.keys()], clock());
    return appended;
  };

  const attempt = async (delivery: Delivery, send: () => Promise<void>): Promise<void> => {
    try {
      await send();
    } catch (error) {
      await store.attempted(delivery, clock(), (error as Error).message);
      throw error;
    }
    await store.attempted(delivery, clock());
  };

  return {
    /** Looks at everything: raises what is wrong, and lets recover what is not any more. Idempotent. */
    async watch(): Promise<void> {
      for (const { part, conditions } of await deps.watched()) {
        const at = clock().toISOString();
        for (const each of conditions) await decided(each.key, decideRaise(each, newId(), at), 'system');
        const wrong = new Set(conditions.map(({ key }) => key));
        for (const key of await store.openKeys(part))
          if (!wrong.has(key)) await decided(key, decideRecover(at), 'system');
      }
    },

    list: (query: Parameters<AlertStore['list']>[0]) => store.list(query),
    counts: () => store.counts(),

    /** Somebody has seen it. Undefined: no such alert. Throws Problem `invalid_request` for one that has recovered. */
    async acknowledge(id: string, { note = null, actor }: { note?: string | null; actor: string }) {
      if (note !== null && holdsEmail(note))
        throw new Problem('invalid_request', 'The note goes into the ledger as it is: it may hold no e-mail address.');
      const alert = await store.byId(id);
      if (!alert) return undefined;
      const given = { at: clock().toISOString(), by: actor, note };
      const outcome = await decided(alert.key, decideAcknowledge(id, given), actor);
      if ('refused' in outcome) throw new Problem('invalid_request', 'The alert has recovered by itself.');
      return {
        id,
        state: outcome.state!.state,
        acknowledged_by: outcome.state!.acknowledgedBy,
        note: outcome.state!.note,
      };
    },

    /** What has to be told and was not yet. */
    due: () => store.due(),

    giveUp: (delivery: Delivery) => store.giveUp(delivery, clock()),

    /** Tells one thing once. A receiver that took it just before a crash is told again, under the same id. Throws when it was not taken. */
    async deliver(delivery: AlertDelivery): Promise<void> {
      if (await store.isDelivered(delivery)) return;
      const [alert, send] = [await store.byId(delivery.alertId), sends.get(delivery.channel)];
      if (!alert || !send) return store.giveUp(delivery, clock(), UNKNOWN_CHANNEL);
      await attempt(delivery, () => send(messageOf(alert, delivery.transition, clock())));
    },

    /** Names of the channels in use. */
    channels: [...sends.keys()] as readonly string[],

    /** Tells something that is no alert on one channel, once by its id. Throws when it was not taken. */
    async tell(message: Omit<Message, 'sentAt' | 'transition'>, channel: string): Promise<void> {
      const delivery = { alertId: message.id, transition: 'report', channel } as const;
      await store.note(delivery, clock());
      if (await store.isDelivered(delivery)) return;
      const send = sends.get(channel);
      if (!send) return store.giveUp(delivery, clock(), UNKNOWN_CHANNEL);
      const sentAt = Math.floor(clock().getTime() / 1_000);
      await attempt(delivery, () => send({ ...message, transition: 'report', sentAt }));
    },
  };
}

function openChannels({ channels = allChannels, settings }: AlertDeps): ReadonlyMap<string, Send> {
  const open = new Map<string, Send>();
  for (const channel of channels) {
    const send = channel.open(settings);
    if (send) open.set(channel.name, send);
  }
  return open;
}
