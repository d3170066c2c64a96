// A scripted hub on a real port, for tests of the client alone: one agent's inbox, all three ways to it, and
// switches to block or cut each. It models the protocol, not the server; the stories in `e2e` run on the server.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Counts, Notification, ServerFrame } from '../client/protocol';
import { notification } from './samples';

export interface Said {
  via: string;
  message: Record<string, unknown>;
}

export class FakeHub {
  entries: Notification[] = [];
  seq = 0;
  seenSeq = 0;
  epoch = 'epoch-1';
  token = 'good';
  agent = 'ana';
  pingEveryMs = 25_000;
  blockWebSocket = false;
  blockSse = false;
  down = false;
  /** Open sockets stay open and nothing on them is answered, as after a laptop's sleep. */
  deaf = false;
  /** Frames sent while set are lost on the way. */
  losesFrames = false;
  pageSize = 30;
  said: Said[] = [];
  requests: string[] = [];
  acts = 0;
  #server: Server;
  #sockets = new Set<Socket>();
  #webSockets = new Set<WebSocket>();
  #streams = new Set<ServerResponse>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      if (this.down) socket.destroy();
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    const upgrader = new WebSocketServer({ noServer: true, handleProtocols: () => 'bellhop.v1' });
    this.#server.on('upgrade', (request, socket, head) => {
      this.requests.push('UPGRADE');
      if (this.blockWebSocket) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      upgrader.handleUpgrade(request, socket, head, (webSocket) => this.#onWebSocket(webSocket));
    });
  }

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub();
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  /** How many sockets are signed in. */
  get sessions(): number {
    return this.#webSockets.size;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get counts(): Counts {
    const unread = this.entries.filter((entry) => !entry.read_at && !entry.cleared_at);
    return { unread: unread.length, unseen: unread.filter((entry) => entry.seq > this.seenSeq).length };
  }

  ring(change: Partial<Notification> = {}): Notification {
    const prev = this.seq++;
    const entry = notification({ seq: this.seq, changed_seq: this.seq, ...change });
    this.entries.push(entry);
    this.broadcast({ type: 'notification', seq: this.seq, prev, counts: this.counts, notification: entry });
    return entry;
  }

  broadcast(frame: ServerFrame): void {
    if (this.losesFrames) return;
    const text = JSON.stringify(frame);
    for (const webSocket of this.#webSockets) webSocket.send(text);
    for (const stream of this.#streams) stream.write(`data: ${text}\n\n`);
  }

  /** Breaks everything that is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  saidOf(type: string): Said[] {
    return this.said.filter(({ message }) => message.type === type);
  }

  #onWebSocket(webSocket: WebSocket): void {
    webSocket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      this.said.push({ via: 'websocket', message });
      if (this.deaf) return;
      const send = (frame: ServerFrame) => webSocket.send(JSON.stringify(frame));
      if (message.type === 'hello' && message.token !== this.token) return send({ type: 'bye', code: 4501 });
      if (message.type === 'hello') this.#webSockets.add(webSocket);
      if (message.type === 'hello') this.#resume(Number(message.since), message.epoch as string, send);
      if (message.type === 'sync') this.#replay(Number(message.since), send);
    });
    webSocket.on('close', () => this.#webSockets.delete(webSocket));
  }

  #resume(since: number, epoch: string | undefined, send: (frame: ServerFrame) => void): void {
    const { seq, counts } = this;
    send({ type: 'welcome', session: 's1', epoch: this.epoch, seq, counts, ping_every_ms: this.pingEveryMs });
    if (since > seq || (epoch && epoch !== this.epoch))
      send({ type: 'reset', epoch: this.epoch, seq, counts });
    else this.#replay(since, send);
  }

  #replay(since: number, send: (frame: ServerFrame) => void): void {
    const { counts } = this;
    let prev = since;
    for (const entry of this.#changedAfter(since)) {
      send({ type: 'notification', seq: entry.changed_seq, prev, counts, notification: entry });
      prev = entry.changed_seq;
    }
    send({ type: 'synced', seq: this.seq, counts });
  }

  #changedAfter(since: number): Notification[] {
    return this.entries.filter((e) => e.changed_seq > since).sort((a, b) => a.changed_seq - b.changed_seq);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    if (request.headers.authorization !== `Bearer ${this.token}`)
      return answer(response, { code: 'auth' }, 401);
    if (url.pathname === '/api/v1/me/stream') return this.#stream(url, response);
    answer(response, this.#rest(url, body));
  }

  #stream(url: URL, response: ServerResponse): void {
    if (this.blockSse) return answer(response, {}, 502);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (frame: ServerFrame) => response.write(`data: ${JSON.stringify(frame)}\n\n`);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    this.#resume(Number(url.searchParams.get('since')), url.searchParams.get('epoch') ?? undefined, send);
  }

  #rest(url: URL, body: Record<string, unknown>): unknown {
    const { seq, epoch, counts } = this;
    const path = url.pathname.replace('/api/v1/', '');
    if (path === 'me') return { agent: { id: this.agent, name: 'Ana' }, counts, seq, epoch, preferences: {} };
    if (path === 'me/notifications')
      return this.#page(Number(url.searchParams.get('before') ?? Infinity), url.searchParams.get('type'));
    if (path === 'me/changes') return this.#changes(Number(url.searchParams.get('since')));
    if (path === 'me/ack' || path === 'me/activity') {
      this.said.push({ via: 'post', message: { type: path.slice(3), ...body } });
      return {};
    }
    return this.#act(path.replace('me/notifications/', ''), body);
  }

  #page(before: number, type: string | null): unknown {
    const isMeant = (e: Notification) =>
      !e.cleared_at && e.seq < before && (type === null || e.type === type);
    const older = this.entries.filter(isMeant).sort((a, b) => b.seq - a.seq);
    const items = older.slice(0, this.pageSize);
    const next = older.length > this.pageSize ? items.at(-1)!.seq : null;
    return { items, next, counts: this.counts, seq: this.seq };
  }

  #changes(since: number): unknown {
    const frames: ServerFrame[] = [];
    this.#replay(since, (frame) => frames.push(frame));
    const { seq, epoch, counts } = this;
    return { frames, seq, epoch, more: false, counts, session: 'poll-1' };
  }

  #act(op: string, body: Record<string, unknown>): unknown {
    this.acts += 1;
    const ids = body.ids as string[] | undefined;
    const prev = this.seq;
    const now = new Date().toISOString();
    const upTo = Number(body.up_to ?? 0);
    const fits = (e: Notification) => {
      if (ids) return ids.includes(e.id);
      if (body.ticket) return e.ticket?.id === body.ticket;
      return e.seq <= upTo && (body.status === undefined || e.read_at !== null);
    };
    const isChange = (e: Notification) =>
      op === 'read'
        ? !e.read_at
        : op === 'clear'
          ? !e.cleared_at
          : op === 'restore'
            ? e.cleared_at !== null
            : op === 'unread'
              ? e.read_at !== null
              : op === 'snooze';
    const touched = this.entries.filter((entry) => fits(entry) && isChange(entry));
    if (op === 'seen') this.seenSeq = this.seq++;
    for (const entry of touched) {
      const changes: Record<string, Partial<Notification>> = {
        read: { read_at: now },
        unread: { read_at: null },
        clear: { cleared_at: now },
        restore: { cleared_at: null },
        snooze: { snoozed_until: body.until === 'reply' ? '9999-12-31T23:59:59.999Z' : String(body.until) },
      };
      const change = changes[op];
      const changed = { ...entry, ...change, changed_seq: ++this.seq };
      this.entries = this.entries.map((e) => (e.id === entry.id ? changed : e));
    }
    const { seq, counts } = this;
    if (seq > prev)
      this.broadcast({
        type: 'changed',
        seq,
        prev,
        counts,
        op,
        ids: touched.map(({ id }) => id),
        until:
          touched.length > 0 && op === 'snooze'
            ? this.entries.find(({ id }) => id === touched[0]!.id)!.snoozed_until
            : undefined,
      });
    return { changed: touched.length, seq, counts };
  }
}

function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
