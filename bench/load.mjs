// The load generator, a process of its own: node bench/load.mjs '{"url","secret","seed","connections","seconds","count"}'
// Closed loop: each connection sends its next request when it has the answer to the last one. Plain sockets and requests made beforehand, so
// that it takes as little of the machine from the server as it can. Prints one line of JSON. Sends to 127.0.0.1 only.
import { writeSync } from 'node:fs';
import net from 'node:net';
import { signedRequests } from './deliveries.mjs';

const settings = JSON.parse(process.argv[2]);
const { connections, seconds, count } = settings;
// Where there are several addresses, connections take them in turn.
const addresses = settings.url.split(' ').map((each) => new URL(each));
if (addresses.some(({ hostname }) => hostname !== '127.0.0.1')) throw new Error('the load goes to 127.0.0.1 only');
const requests = signedRequests({ ...settings, url: addresses[0].href });
const latencies = new Float64Array(count);
const statuses = {};
let sent = 0;
let answered = 0;
let open = 0;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
let deadline = Infinity;

const note = (what) => (statuses[what] = (statuses[what] ?? 0) + 1);

class Connection {
  constructor(address) {
    this.address = address;
  }

  sentAt = 0;
  waiting = false;
  rest = '';

  connect() {
    open += 1;
    this.socket = net.connect({ host: this.address.hostname, port: Number(this.address.port), noDelay: true });
    this.socket.on('connect', () => this.send());
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => note(error.code));
    this.socket.on('close', () => this.closed());
  }

  send() {
    if (sent >= count || performance.now() > deadline) return void this.socket.end();
    this.waiting = true;
    this.sentAt = performance.now();
    this.socket.write(requests[sent++]);
  }

  receive(chunk) {
    const text = this.rest + chunk.latin1Slice();
    const head = text.indexOf('\r\n\r\n');
    const length = head < 0 ? undefined : /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
    if (head < 0 || text.length < head + 4 + Number(length ?? 0)) return void (this.rest = text);
    this.rest = '';
    this.waiting = false;
    latencies[answered++] = performance.now() - this.sentAt;
    note(text.slice(9, 12));
    if (/\r\nconnection: close/i.test(text.slice(0, head))) this.socket.end();
    else this.send();
  }

  /** A server may close a connection after some thousand requests; the next one takes its place. */
  closed() {
    open -= 1;
    if (this.waiting) note('no answer');
    this.waiting = false;
    if (sent < count && performance.now() < deadline) this.connect();
    else if (open === 0) finish();
  }
}

const began = performance.now();
deadline = began + seconds * 1000;
for (let index = 0; index < connections; index += 1) new Connection(addresses[index % addresses.length]).connect();
await finished;
const took = (performance.now() - began) / 1000;
const sorted = latencies.subarray(0, answered).sort();
const quantile = (share) => Math.round((sorted[Math.min(answered - 1, Math.floor(answered * share))] ?? 0) * 100) / 100;
const { user, system } = process.cpuUsage();
const result = {
  requests: answered,
  seconds: Math.round(took * 100) / 100,
  rps: Math.round(answered / took),
  p50_ms: quantile(0.5),
  p95_ms: quantile(0.95),
  p99_ms: quantile(0.99),
  max_ms: quantile(1),
  body_bytes: requests[0].length - requests[0].indexOf('\r\n\r\n') - 4,
  statuses,
  load_cpu_s: Math.round((user + system) / 1e4) / 100,
};
writeSync(1, `${JSON.stringify(result)}\n`);
process.exit(0);
