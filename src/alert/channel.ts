import type { Alert, Transition } from './decide-alert.js';

/** Where alerts go, from the settings. */
export interface ChannelSettings {
  webhookUrl?: string;
  webhookSecret?: string;
  slackUrl?: string;
  emailTo: readonly string[];
  smtpUrl?: string;
}

/** One thing to tell. */
export interface Message {
  /** The same for every attempt: receivers tell repeats by it. */
  id: string;
  transition: Transition | 'report';
  title: string;
  /** Plain lines, Markdown where it says more. */
  text: string;
  html?: string;
  /** The whole, for machines. */
  alert?: Alert;
  severity?: Alert['severity'];
  /** Epoch seconds of the attempt. */
  sentAt: number;
}

/** Tells it; throws when it was not taken. */
export type Send = (message: Message) => Promise<void>;

/** A way to tell people. Adding one is a file and a line in the registry. */
export interface Channel {
  readonly name: string;
  readonly meaning: string;
  /** Undefined when the settings name no receiver. */
  open(settings: ChannelSettings): Send | undefined;
}
