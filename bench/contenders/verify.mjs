// The ceiling: bare Fastify that checks the signature, parses the body and answers. Nothing is stored.
import { bareFastify, genuineEvent, serve } from './signature.mjs';

const app = bareFastify();
app.post('/', (request, reply) => {
  const event = genuineEvent(request);
  reply.code(event ? 200 : 401).send(event ? { id: event.id } : {});
});
await serve(app, '/');
