// What a careful team writes by hand: the same, and one INSERT per request with a pool of 10, on the same PostgreSQL with the same settings
// as the service, in a cluster of its own. node insert.mjs FOLDER
import { bareFastify, genuineEvent, serve } from './signature.mjs';
import { openDatabase } from '../../dist/storage/database.js';

const database = await openDatabase({ dataDir: process.argv[2], poolMax: 10 });
await database.pool.query(`create table if not exists events (
  position bigserial primary key, id text not null unique, type text not null, body text not null, at timestamptz not null default now())`);

const app = bareFastify();
app.post('/', async (request, reply) => {
  const event = genuineEvent(request);
  if (!event) return reply.code(401).send({});
  await database.pool.query({
    name: 'insert',
    text: 'insert into events (id, type, body) values ($1, $2, $3) on conflict (id) do nothing',
    values: [event.id, event.type, request.body.toString()],
  });
  return { id: event.id };
});
await serve(app, '/', { stop: () => database.close() });
