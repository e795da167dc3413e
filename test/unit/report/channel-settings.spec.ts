import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { attributionOf } from '../../../src/catalog/attribution.js';
import { channelRules, defaultChannels } from '../../../src/catalog/channels.js';
import { readConfig } from '../../../src/config.js';
import { readChannels } from '../../../src/report/channel-settings.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-channels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(given: unknown): string {
  const file = path.join(folder, 'channels.json');
  writeFileSync(file, typeof given === 'string' ? given : JSON.stringify(given));
  return file;
}

const own = [
  { channel: 'podcast', media_beginning: ['Audio'], paid: true },
  { channel: 'partners', sources: [' FB '], media: ['PPC', ''] },
];

describe('channel rules of the operator', () => {
  it('given some, then they are tried before the defaults, by the names that touches have', () => {
    const { channels, mistakes } = readChannels(fileOf(own));
    expect(mistakes).toEqual([]);
    expect(channels.of('acast', 'audio-ad')).toBe('podcast');
    expect([channels.of('facebook', 'cpc'), channels.of('facebook', '')]).toEqual(['partners', 'partners']);
    expect([channels.of('facebook', 'social'), channels.of('google', 'cpc')]).toEqual(['social', 'paid_search']);
    expect([channels.of('unknown', 'audio-ad'), channels.of('poster', 'qr')]).toEqual(['unknown', 'other']);
    expect([channels.paid.has('podcast'), channels.paid.has('partners'), channels.paid.has('display')]).toEqual([
      ...[true, false, true],
    ]);
    expect(channels.rules).toEqual([...channels.rules.slice(0, 2), ...channelRules]);
  });

  it('given words that say little but fit touches, then they are taken', () => {
    const given = [
      { channel: 'campaigns', sources: ['(not set)'], media: [''] }, // a campaign that names no source
      { channel: 'mailings', media_beginning: ['direct', 'ppc_'] },
    ];
    const { channels, mistakes } = readChannels(fileOf(given));
    const campaign = attributionOf({ utm_campaign: 'autumn' });
    expect([mistakes, channels.of(campaign.source, campaign.medium)]).toEqual([[], 'campaigns']);
    expect([channels.of('post', 'direct_mail'), channels.of('bing', 'ppc_brand')]).toEqual(['mailings', 'mailings']);
  });

  it('given others, or what is paid for otherwise, then they have another version, and the same the same', () => {
    const versionOf = (given: unknown): string => readChannels(fileOf(given)).channels.version;
    const versions = [versionOf(own), versionOf([{ ...own[0], paid: false }, own[1]]), versionOf([...own].reverse())];
    expect(new Set([...versions, defaultChannels.version]).size).toBe(4);
    expect([versionOf(own), versionOf([])]).toEqual([versions[0], defaultChannels.version]);
  });

  it.each([
    ['no JSON', '[', 'CHANNEL_RULES is no JSON.'],
    ['no list', { podcast: [] }, 'CHANNEL_RULES must be a list of rules.'],
    ['direct', [...own, { channel: 'direct', media: ['x'] }], /^CHANNEL_RULES rule 3, channel: may not be "direct"/],
    ['unknown', [{ channel: 'unknown', media: ['x'] }], /^CHANNEL_RULES rule 1, channel: may not be/],
    ['a channel that is no name', [{ channel: 'My Pod', media: ['x'] }], /rule 1, channel: must be lower-case letters/],
    ['a rule for everything', [{ channel: 'all' }], /^CHANNEL_RULES rule 1: must name sources, media or/],
    ['an empty list', [{ channel: 'podcast', media: [] }], /^CHANNEL_RULES rule 1, media: /],
    [
      'a source that no touch has',
      [{ channel: 'typed', sources: ['poster', ' Direct '] }],
      'CHANNEL_RULES rule 1, sources.1: "direct" says that nothing is known and never is a source: what has none is unknown.',
    ],
    [
      'no source',
      [{ channel: 'typed', sources: [''] }],
      'CHANNEL_RULES rule 1, sources.0: "" says that nothing is known and never is a source: what has none is unknown.',
    ],
    ...['(none)', 'none', '(not set)'].map((word): [string, unknown, string] => [
      `the medium ${word}, which no touch has`,
      [{ channel: 'typed', media: [word] }],
      `CHANNEL_RULES rule 1, media.0: "${word}" says that nothing is known and never is a medium: write "" for no medium.`,
    ]),
    ...['PPC', 'paid_search'].map((word): [string, unknown, string] => [
      `a beginning that is ${word}, another name`,
      [{ channel: 'ads', media_beginning: ['cp', word] }],
      `CHANNEL_RULES rule 1, media_beginning.1: "${word.toLowerCase()}" is another name of "cpc", which touches have instead: write that, or a longer beginning.`,
    ]),
    ['a member that does not exist', [{ ...own[0], medium: 'x' }], /^CHANNEL_RULES rule 1: .*"medium"/],
  ])('given %s, then one sentence says what is wrong', (_what, given, sentence) => {
    const { channels, mistakes } = readChannels(fileOf(given));
    expect(channels).toBe(defaultChannels);
    expect(mistakes).toEqual([typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)]);
  });

  it('given several mistakes in the settings, when it starts, then all of them are told', () => {
    const file = path.join(folder, 'nowhere.json');
    expect(() => readConfig({ CHANNEL_RULES: file, PORT: 'x' })).toThrow(
      /^PORT must be .*\nCHANNEL_RULES cannot be read: ENOENT\.$/,
    );
    expect(readConfig({ CHANNEL_RULES: fileOf(own) }).channels.of('acast', 'audio')).toBe('podcast');
  });
});
