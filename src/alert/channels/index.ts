import type { Channel } from '../channel.js';
import { email } from './email.js';
import { slack } from './slack.js';
import { webhook } from './webhook.js';

/** Every way to tell people. */
export const channels: readonly Channel[] = [webhook, slack, email];
