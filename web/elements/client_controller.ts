// Ties one headless client to an element: made when the element is connected and anew when who or where changes,
// stopped when the element goes; each change asks the element to render.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { BellhopClient, type ClientOptions } from '../client/client';
import type { Notification } from '../client/protocol';

/** "5 minutes ago" moves on this often. */
const TICK_MS = 20_000;

export interface ClientListener {
  onNotification?: (notification: Notification) => void;
  onRefused?: (message: string) => void;
}

export class ClientController implements ReactiveController {
  #host: ReactiveControllerHost;
  #listener: ClientListener;
  #client: BellhopClient | null = null;
  #unlisten = new AbortController();
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, listener: ClientListener = {}) {
    this.#host = host;
    this.#listener = listener;
    host.addController(this);
  }

  get client(): BellhopClient | null {
    return this.#client;
  }

  hostConnected(): void {
    this.#ticker = setInterval(() => this.#host.requestUpdate(), TICK_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#ticker);
    this.close();
  }

  open(options: ClientOptions): void {
    this.close();
    const client = new BellhopClient(options);
    const { signal } = (this.#unlisten = new AbortController());
    client.addEventListener('change', () => this.#host.requestUpdate(), { signal });
    client.addEventListener(
      'notification',
      (event) => this.#listener.onNotification?.((event as CustomEvent<Notification>).detail),
      { signal },
    );
    client.addEventListener(
      'refused',
      (event) => this.#listener.onRefused?.((event as CustomEvent<{ message: string }>).detail.message),
      { signal },
    );
    this.#client = client;
    client.start();
  }

  close(): void {
    this.#unlisten.abort();
    this.#client?.stop();
    this.#client = null;
  }
}
