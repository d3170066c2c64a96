// A page of somebody else's helpdesk, on an origin of its own, that embeds the bell by one script tag.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class HostPage {
  html = '';
  /** What `/token` answers, as a helpdesk's own endpoint would. */
  token: (() => string | null) | null = null;
  #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      if (request.url?.startsWith('/token')) {
        const token = this.token?.() ?? null;
        response.writeHead(token === null ? 401 : 200, { 'content-type': 'application/json' });
        return void response.end(JSON.stringify({ token }));
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(this.html);
    });
  }

  static async start(): Promise<HostPage> {
    const page = new HostPage();
    await new Promise<void>((resolve) => page.#server.listen(0, '127.0.0.1', resolve));
    return page;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
