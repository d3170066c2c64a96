// What was done last, for the ten seconds in which it can be taken back (D-13), and a line of text for the
// person when the hub refused something. One at a time: the newest counts.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const FOR_MS = 10_000;

export interface Notice {
  text: string;
  undo: (() => void) | null;
}

export class NoticeController implements ReactiveController {
  #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  current: Notice | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  show(text: string, undo: (() => void) | null | undefined = null): void {
    clearTimeout(this.#timer);
    this.current = { text, undo: undo ?? null };
    this.#timer = setTimeout(() => this.hide(), FOR_MS);
    this.#host.requestUpdate();
  }

  undo(): void {
    this.current?.undo?.();
    this.hide();
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.current = null;
    this.#host.requestUpdate();
  }
}
