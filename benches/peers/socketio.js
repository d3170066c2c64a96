// Socket.IO with its Redis adapter, as helpdesks run it: a room for each agent, who shows a token before joining it, and
// POST /pub?id=ROOM, which tells the room and stores nothing. Usage: node socketio.js PORT FOLDER SECRET [joins]
//
// Its Redis is a child of this process, on a socket of its own in FOLDER, so that its memory and its work are counted. A
// process that `joins` uses the Redis of the first one in FOLDER.
import { spawn } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createAdapter } from '@socket.io/redis-adapter';
import jwt from 'jsonwebtoken';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const [port, folder, secret, joins] = process.argv.slice(2);
const path = join(folder, 'redis.sock');
if (!joins) {
  const redis = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  redis.on('exit', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => redis.kill());
}

async function connected() {
  const client = createClient({ socket: { path, reconnectStrategy: () => 50 } });
  client.on('error', () => {});
  return client.connect();
}

const http = createServer((request, response) => {
  if (request.method !== 'POST') return response.writeHead(404).end();
  const room = request.url.slice(request.url.indexOf('=') + 1);
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    io.to(room).emit('notification', JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(202, { 'content-length': '2', 'content-type': 'application/json' }).end('{}');
  });
});
http.keepAliveTimeout = 0;

const publisher = await connected();
const io = new Server(http, {
  transports: ['websocket'],
  serveClient: false,
  adapter: createAdapter(publisher, await connected()),
});
// A key, not a text: of a text the library tries first whether it is a public key, which takes ten times as long.
const key = createSecretKey(Buffer.from(secret));
io.use((socket, next) => {
  try {
    socket.data.agent = jwt.verify(socket.handshake.auth.token, key, { algorithms: ['HS256'] }).sub;
    next();
  } catch (error) {
    next(error);
  }
});
io.on('connection', (socket) => socket.join(socket.handshake.auth.room ?? socket.data.agent));
http.listen(Number(port), '127.0.0.1', 4096);
