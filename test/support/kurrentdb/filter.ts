import type { streams } from './messages.js';
import type { LogRecord } from './log.js';

type Options = InstanceType<typeof streams.ReadReq.Options>;

/** How `$all` is filtered: what passes, how many records a search considers at a time, and after how many of them a checkpoint is due. */
export interface Filter {
  passes(record: LogRecord): boolean;
  window: number;
  checkpointInterval: number;
}

/** The server's page when the client names none. */
const WINDOW = 32;

/** Throws when the regular expression is none. */
export function filterOf(options: Options): Filter | undefined {
  const filter = options.getFilter();
  if (!filter) return undefined;
  const onStream = filter.getStreamIdentifier();
  const expression = onStream ?? filter.getEventType();
  const regex = expression?.getRegex();
  const prefixes = expression?.getPrefixList() ?? [];
  const matches = regex
    ? (
        (pattern) => (text: string) =>
          pattern.test(text)
      )(new RegExp(regex, 'u'))
    : (text: string) => prefixes.some((prefix) => text.startsWith(prefix));
  const window = filter.hasMax() ? filter.getMax() : WINDOW;
  return {
    passes: ({ stream, type }) => matches(onStream ? stream : type),
    window,
    checkpointInterval: window * filter.getCheckpointintervalmultiplier(),
  };
}
