/** SQLSTATE of a lock that was not to be had within `lock_timeout`. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** SQLSTATE of a statement that was cancelled, as by `statement_timeout`. */
export const QUERY_CANCELED = '57014';

/** SQLSTATE of an error that the server told; another code, or none, of any other. */
export const stateOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;
