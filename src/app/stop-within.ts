const ALL_MS = 9_500; // then the process ends, whatever hangs: a container is killed after 10 s
const REQUESTS_MS = 3_000;
const DATABASE_MS = 2_000;

/** How long the parts of a shutdown may take, in milliseconds. They follow each other; what they leave of the whole is the database's. */
export const STOP_WITHIN = {
  all: ALL_MS,
  /** Requests in flight. */
  requests: REQUESTS_MS,
  /** The process in the background. */
  background: ALL_MS - REQUESTS_MS - DATABASE_MS,
} as const;
