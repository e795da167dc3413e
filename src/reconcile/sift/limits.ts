/** How many truths and events are read, and kept in memory, at once when days are compared together. */
export interface Limits {
  /** Of one statement, about. */
  read: number;
  /** Of the days that are loaded together; of the first ones a quarter, of the next half. More keep one core waiting for the first of them, and fewer look at the days around more often. */
  section: number;
  /** Of a day and all around it, which are in memory together, however odd each of them is. A day that has more is loaded alone. */
  around: number;
  /** Of days that are seen in one state. No state is held longer than comparing so many takes, or PostgreSQL would keep old rows all the while. */
  seen: number;
  /** Ids of a section that need looking at, and events of them or without any id. Where they are more, each of its days is loaded alone. */
  loose: number;
}

export const LIMITS: Limits = {
  read: 60_000,
  section: 120_000,
  around: 1_000_000,
  seen: 2_500_000,
  loose: 50_000,
};
