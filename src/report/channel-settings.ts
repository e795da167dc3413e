import { z } from 'zod';
import { readSettingsFile } from '../storage/settings-file.js';
import { marksNothing, mediumAliases, sourceAliases } from '../catalog/attribution-markers.js';
import {
  type ChannelRule,
  type Channels,
  createChannels,
  defaultChannels,
  UNKNOWN_CHANNEL,
} from '../catalog/channels.js';

const SETTING = 'CHANNEL_RULES';
const word = z.string().trim().toLowerCase().max(255);
// Rules see sources and media by the names that touches have, so another name of one, or of nothing, would never fit.
const NAMELESS = '(not set)'; // the source that a touch has whose campaign, medium or click id names none
const saysNothing = (what: string) => ({
  error: ({ input }: { input?: unknown }) => `"${String(input)}" says that nothing is known and never is ${what}`,
});
const source = word
  .refine((text) => text === NAMELESS || !marksNothing(text), saysNothing('a source: what has none is unknown'))
  .transform((text) => sourceAliases.get(text) ?? text);
const medium = word
  .refine((text) => text === '' || !marksNothing(text), saysNothing('a medium: write "" for no medium'))
  .transform((text) => mediumAliases.get(text) ?? text);
const mediumBeginning = word.min(1).refine((text) => !mediumAliases.has(text), {
  error: ({ input }) =>
    `"${String(input)}" is another name of "${mediumAliases.get(String(input))}", which touches have instead: write that, or a longer beginning`,
});

const rule = z
  .strictObject({
    channel: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and "_", at most 40')
      .refine(
        (name) => name !== 'direct' && name !== UNKNOWN_CHANNEL,
        'may not be "direct" or "unknown": what has no source is unknown, and no rule sees it',
      ),
    sources: z.array(source).min(1).optional(),
    media: z.array(medium).min(1).optional(),
    media_beginning: z.array(mediumBeginning).min(1).optional(),
    paid: z.boolean().optional(),
  })
  .refine(
    ({ sources, media, media_beginning: beginning }) => sources ?? media ?? beginning,
    'must name sources, media or media_beginning; without any it would take everything',
  )
  .transform(({ media_beginning: beginning, ...rest }): ChannelRule => ({
    ...rest,
    ...(beginning === undefined ? {} : { mediaBeginning: beginning }),
  }));

/** The channels with the operator's own rules before the defaults, from a JSON file. Mistakes are sentences, all of them at once. */
export function readChannels(path: string | undefined): { channels: Channels; mistakes: string[] } {
  const refused = (...mistakes: string[]) => ({ channels: defaultChannels, mistakes });
  if (path === undefined) return refused();
  const file = readSettingsFile(SETTING, path);
  if ('mistake' in file) return refused(file.mistake);
  const json = file.value;
  if (!Array.isArray(json)) return refused(`${SETTING} must be a list of rules.`);
  const read = z.array(rule).safeParse(json);
  if (read.success) return { channels: createChannels(read.data), mistakes: [] };
  return refused(
    ...read.error.issues.map(({ path: [index, ...member], message }) => {
      const at = member.length === 0 ? '' : `, ${member.join('.')}`;
      return `${SETTING} rule ${Number(index) + 1}${at}: ${message}.`;
    }),
  );
}
