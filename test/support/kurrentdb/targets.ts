import { startKurrentdb, type KurrentdbDouble } from './double.js';

/** What the specs of the protocol talk to: the double always, and a real server when KURRENTDB_URL names one. */
export interface Target {
  url: string;
  /** Only here can anything be restarted or broken. */
  double?: KurrentdbDouble;
  close(): Promise<void>;
}

const server = process.env['KURRENTDB_URL'];

/** A real server is shared and keeps what it has: specs use names of their own and assume nothing about positions. */
export const targets: readonly { name: string; open: () => Promise<Target> }[] = [
  {
    name: 'the double',
    // Positions that no number of JavaScript holds exactly.
    open: async () => ofDouble(await startKurrentdb({ firstPosition: 2n ** 53n + 1n })),
  },
  ...(server
    ? [{ name: 'the server at KURRENTDB_URL', open: async () => ({ url: server, close: async () => {} }) }]
    : []),
];

const ofDouble = (double: KurrentdbDouble): Target => ({ url: double.url, double, close: double.close });
