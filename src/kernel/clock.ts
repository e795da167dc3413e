/** Where "now" comes from. Pure code takes `now` as an argument; only `main`, `cli` and tests make a clock. */
export type Clock = () => Date;
