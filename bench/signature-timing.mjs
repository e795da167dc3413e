// Whether the time that a forged signature takes tells how near it was: Welch's t of two kinds of forgeries, one that differs from the
// right signature in its first byte and one in its last, drawn in random order. Above 4.5 it would tell. Needs a quiet machine.
// Run: node bench/signature-timing.mjs [samples]
import { createHmac, randomBytes } from 'node:crypto';
import { verifyStripe } from '../dist/ingest/providers/stripe/verify.js';

const samples = Number(process.argv[2] ?? 1_000_000);
const secret = 'whsec_of_the_bench';
const body = randomBytes(1_024);
const now = new Date();
const time = Math.floor(now.getTime() / 1_000);
const right = createHmac('sha256', secret).update(`${time}.`).update(body).digest();

const forged = (at) => {
  const signature = Buffer.from(right);
  signature[at] ^= 1;
  return `t=${time},v1=${signature.toString('hex')}`;
};
const kinds = [forged(0), forged(31)];

const times = [new Float64Array(samples), new Float64Array(samples)];
const counts = [0, 0];
const order = randomBytes(2 * samples);
for (let at = 0; at < order.length; at++) {
  const kind = order[at] & 1;
  const began = process.hrtime.bigint();
  verifyStripe(kinds[kind], body, [secret], now);
  const took = Number(process.hrtime.bigint() - began);
  if (counts[kind] < samples) times[kind][counts[kind]++] = took;
}

// The slowest twentieth is the collector of garbage and the other programs of the machine.
const kept = times.map((each, kind) => each.subarray(0, counts[kind]).sort());
const limit = Math.min(...kept.map((each) => each[Math.floor(each.length * 0.95)]));
const [a, b] = kept.map((each) => statistics(each.filter((ns) => ns <= limit)));
const t = (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
console.log(`first byte: ${a.mean.toFixed(1)} ns, last byte: ${b.mean.toFixed(1)} ns, ${a.count + b.count} samples`);
console.log(`t = ${t.toFixed(2)} (${Math.abs(t) < 4.5 ? 'does not tell' : 'TELLS'} where it differs)`);
process.exit(Math.abs(t) < 4.5 ? 0 : 1);

function statistics(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { count: values.length, mean, variance };
}
