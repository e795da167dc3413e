import http from 'node:http';
import type { AddressInfo } from 'node:net';

type Event = { id: string; type: string; source: string; data: Record<string, unknown> };

/** Takes events as `POST /v1/events` does, or answers what a test says. */
export class FakeLedger {
  readonly batches: { key: string | undefined; events: Event[] }[] = [];
  /** Statuses of the next answers; `hang`: none comes. */
  next: (number | 'hang')[] = [];
  url = '';
  private waiting: (() => void)[] = [];
  private readonly server = http.createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const events = JSON.parse(Buffer.concat(chunks).toString()) as Event[];
      this.batches.push({ key: request.headers.authorization, events });
      const status = this.next.shift() ?? 202;
      if (status !== 'hang') {
        reply.writeHead(status, { 'content-type': 'application/json' });
        reply.end(JSON.stringify({ results: events.map(() => ({ status: 202 })) }));
      }
      for (const resolve of this.waiting.splice(0)) resolve();
    });
  });

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get events(): Event[] {
    return this.batches.flatMap(({ events }) => events);
  }

  /** Resolves when so many batches have come in all. */
  async received(batches: number): Promise<void> {
    while (this.batches.length < batches) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
