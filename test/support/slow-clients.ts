// A process that holds connections open and is never done with its request: `slow-clients.ts <port> <connections>`. It prints `open` once
// all of them stand, and connects anew whatever the server gives up on.
import net from 'node:net';

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const HEAD = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Slow: ';
const AT_ONCE = 200; // handshakes; more would overflow the server's backlog

let standing = 0;
let starting = 0;
let told = false;
const sockets = new Set<net.Socket>();

function more(): void {
  while (starting < AT_ONCE && standing + starting < count) {
    starting += 1;
    connect();
  }
}

function connect(): void {
  let stands = false;
  const socket = net.connect(port, '127.0.0.1', () => {
    stands = true;
    starting -= 1;
    standing += 1;
    sockets.add(socket);
    socket.write(HEAD);
    if (standing === count && !told) {
      told = true;
      process.stdout.write('open\n');
    }
    more();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    sockets.delete(socket);
    if (stands) standing -= 1;
    else starting -= 1;
    setTimeout(more, 100);
  });
  socket.resume();
}

setInterval(() => {
  for (const socket of sockets) socket.write('a');
}, 1_000);
more();
