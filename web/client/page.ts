// What the page tells the client about the person before it: visible or not, input, network coming back.
export interface PageHandlers {
  onVisibility: () => void;
  onInput: () => void;
  onOnline: () => void;
  /** The page is being left, perhaps for good. */
  onLeave: () => void;
}

export interface PageSignals {
  isVisible: () => boolean;
  /** Calls the handlers until the returned function is called. */
  watch: (handlers: PageHandlers) => () => void;
}

const INPUT_EVENTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const;

export const browserPage: PageSignals = {
  isVisible: () => document.visibilityState === 'visible',
  watch: (handlers) => {
    const controller = new AbortController();
    const options = { signal: controller.signal, passive: true, capture: true };
    document.addEventListener('visibilitychange', handlers.onVisibility, options);
    window.addEventListener('online', handlers.onOnline, options);
    window.addEventListener('pagehide', handlers.onLeave, options);
    window.addEventListener('pageshow', handlers.onVisibility, options);
    for (const name of INPUT_EVENTS) window.addEventListener(name, handlers.onInput, options);
    return () => controller.abort();
  },
};
