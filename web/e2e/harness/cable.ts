// A network cable between browser and hub, to be pulled and plugged in again: a TCP proxy. It can also play the
// firewall that refuses WebSocket upgrades, and the one that refuses event streams too.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Firewall {
  webSocket?: boolean;
  eventStream?: boolean;
}

const REFUSAL = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

export class Cable {
  firewall: Firewall = {};
  #target: { host: string; port: number };
  #server: Server;
  #sockets = new Set<Socket>();
  #isPulled = false;

  private constructor(target: URL) {
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async to(url: string, firewall: Firewall = {}): Promise<Cable> {
    const cable = new Cable(new URL(url));
    cable.firewall = firewall;
    await new Promise<void>((resolve) => cable.#server.listen(0, '127.0.0.1', resolve));
    return cable;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  pull(): void {
    this.#isPulled = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  plugIn(): void {
    this.#isPulled = false;
  }

  async close(): Promise<void> {
    this.pull();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(browser: Socket): void {
    if (this.#isPulled) return void browser.destroy();
    const hub = connect(this.#target);
    for (const [one, other] of [
      [browser, hub],
      [hub, browser],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    browser.on('data', (chunk: Buffer) => this.#onRequest(browser, hub, chunk));
    hub.on('data', (chunk: Buffer) => browser.write(chunk));
  }

  /** Each chunk from a browser begins with a request's head, or belongs to a body or a socket already let through. */
  #onRequest(browser: Socket, hub: Socket, chunk: Buffer): void {
    const head = chunk.toString('latin1', 0, 4_096);
    const isUpgrade = /^GET .*\r\nupgrade: websocket/is.test(head);
    const isStream = head.startsWith('GET /api/v1/me/stream');
    if ((isUpgrade && this.firewall.webSocket) || (isStream && this.firewall.eventStream))
      browser.end(REFUSAL);
    else hub.write(chunk);
  }
}
