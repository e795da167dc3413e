import type { Channel, Message } from '../channel.js';
import { postJson } from '../post-json.js';

const TEXT_MAX = 3_000; // characters of one section

const SIGNS: Readonly<Record<Message['transition'], string>> = {
  raised: ':rotating_light:',
  acknowledged: ':eyes:',
  recovered: ':white_check_mark:',
  report: ':bar_chart:',
};

// Slack reads <…> as links and mentions, so that a title could call everybody.
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export const slack: Channel = {
  name: 'slack',
  meaning: 'A message to the channel of a Slack incoming webhook.',
  open({ slackUrl }) {
    if (slackUrl === undefined) return undefined;
    return ({ transition, title, text }) => {
      const headline = `${SIGNS[transition]} ${escaped(title)}`;
      const section = {
        type: 'section',
        text: { type: 'mrkdwn', text: `*${headline}*\n${escaped(text)}`.slice(0, TEXT_MAX) },
      };
      return postJson(slackUrl, JSON.stringify({ text: headline, blocks: [section] }));
    };
  },
};
