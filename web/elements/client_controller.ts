// Ties one headless client to an element: made when the element is connected and anew when who or where changes,
// stopped when the element goes; each change asks the element to render. With it go the alerts, and the language.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Alerts } from '../client/alerts';
import { BellhopClient, type ClientOptions } from '../client/client';
import type { Notification } from '../client/protocol';
import { speak, tn } from './words';

/** "5 minutes ago" moves on this often. */
const TICK_MS = 20_000;

export interface ClientListener {
  onNotification?: (notification: Notification) => void;
  onRefused?: (message: string) => void;
  /** A desktop notification was clicked; null: one that stands for many. */
  onAlertClicked?: (notification: Notification | null) => void;
  /** Languages to speak, the best first; the agent's comes between an element's own and the page's. */
  languages?: (agents: string | null) => (string | null)[];
}

export class ClientController implements ReactiveController {
  #host: ReactiveControllerHost;
  #listener: ClientListener;
  #client: BellhopClient | null = null;
  #alerts: Alerts | null = null;
  #unlisten = new AbortController();
  #ticker: ReturnType<typeof setInterval> | undefined;
  #agentSpokenTo: string | null | undefined;

  constructor(host: ReactiveControllerHost, listener: ClientListener = {}) {
    this.#host = host;
    this.#listener = listener;
    host.addController(this);
  }

  get client(): BellhopClient | null {
    return this.#client;
  }
  get alerts(): Alerts | null {
    return this.#alerts;
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
    const client = (this.#client = new BellhopClient(options));
    const { signal } = (this.#unlisten = new AbortController());
    client.addEventListener('change', () => this.#onChange(), { signal });
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
    // Another tab answered the question, or the browser's settings were changed.
    globalThis.addEventListener?.('storage', () => this.#host.requestUpdate(), { signal });
    this.#speak(null);
    client.start();
    void this.#listenFor(client, signal);
  }

  close(): void {
    this.#unlisten.abort();
    this.#alerts?.stop();
    this.#client?.stop();
    this.#client = this.#alerts = null;
    this.#agentSpokenTo = undefined;
  }

  /** Loaded beside the bell, which need not wait for it. */
  async #listenFor(client: BellhopClient, signal: AbortSignal): Promise<void> {
    const { Alerts } = await import('./alerting');
    if (client !== this.#client) return;
    const alerts = (this.#alerts = new Alerts(client, {
      words: {
        many: (count) => tn('{count} new notification', '{count} new notifications', count),
        afterQuiet: (count) =>
          tn(
            '{count} notification came while it was quiet',
            '{count} notifications came while it was quiet',
            count,
          ),
      },
      onOpen: (notification) => this.#listener.onAlertClicked?.(notification),
    }));
    alerts.addEventListener('change', () => this.#host.requestUpdate(), { signal });
    alerts.start();
    this.#host.requestUpdate();
  }

  #onChange(): void {
    const { agent } = this.#client ?? {};
    if (agent && agent.id !== this.#agentSpokenTo) {
      this.#agentSpokenTo = agent.id;
      this.#speak(agent.locale ?? null);
    }
    this.#host.requestUpdate();
  }

  #speak(agents: string | null): void {
    const page = globalThis.document?.documentElement.lang;
    void speak(...(this.#listener.languages?.(agents) ?? [agents, page, globalThis.navigator?.language]));
  }
}
