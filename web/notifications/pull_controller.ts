// Follows a finger that pulls the page down from its very top, and asks for news when it lets go far enough down. The
// browser's own pull, which would load the whole page anew, is switched off by the page's style.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Pull } from './pull';

export class PullController implements ReactiveController {
  #host: ReactiveControllerHost & HTMLElement;
  #ask: () => Promise<void>;
  #pull: Pull | null = null;
  #listening = new AbortController();
  isAsking = false;

  constructor(host: ReactiveControllerHost & HTMLElement, ask: () => Promise<void>) {
    this.#host = host;
    this.#ask = ask;
    host.addController(this);
  }

  get offset(): number {
    return this.#pull?.offset ?? 0;
  }
  get isEnough(): boolean {
    return this.#pull?.isEnough ?? false;
  }

  hostConnected(): void {
    const options = { passive: true, signal: (this.#listening = new AbortController()).signal };
    this.#host.addEventListener('touchstart', this.#onStart, options);
    this.#host.addEventListener('touchmove', this.#onMove, options);
    this.#host.addEventListener('touchend', this.#onEnd, options);
    this.#host.addEventListener('touchcancel', () => this.#end(), options);
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#pull = null;
  }

  #onStart = ({ touches }: TouchEvent): void => {
    const [finger] = touches;
    const isAtTop = window.scrollY <= 0;
    this.#pull = isAtTop && finger && touches.length === 1 ? new Pull(finger.clientX, finger.clientY) : null;
  };

  #onMove = ({ touches }: TouchEvent): void => {
    const [finger] = touches;
    if (!this.#pull || !finger) return;
    if (window.scrollY > 0) return this.#end();
    this.#pull.move(finger.clientX, finger.clientY);
    this.#host.requestUpdate();
  };

  #onEnd = (): void => {
    const isEnough = this.isEnough && !this.isAsking;
    this.#end();
    if (!isEnough) return;
    this.isAsking = true;
    this.#host.requestUpdate();
    void this.#ask().finally(() => {
      this.isAsking = false;
      this.#host.requestUpdate();
    });
  };

  #end(): void {
    if (!this.#pull) return;
    this.#pull = null;
    this.#host.requestUpdate();
  }
}
