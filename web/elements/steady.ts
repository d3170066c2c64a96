// Keeps an open list in place while entries arrive above what somebody reads: scrolled down nothing moves, and at the top
// the rows glide down instead of jumping from under the finger. Loaded beside the bell.
const GLIDE_MS = 180;

export class Steady {
  #scroller: HTMLElement;
  #list: HTMLElement | null = null;
  #anchor: { key: string; top: number } | null = null;

  constructor(scroller: HTMLElement) {
    this.#scroller = scroller;
  }

  /** Before rows are drawn anew: what somebody looks at, and where it is. */
  remember(): void {
    this.#list = this.#scroller.querySelector('ul.list');
    const { scrollTop } = this.#scroller;
    const row = this.#rows().find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
    this.#anchor = row ? { key: row.dataset.key!, top: row.offsetTop } : null;
  }

  /** Afterwards: the same at the same place. */
  hold(): void {
    const anchor = this.#anchor;
    this.#anchor = null;
    const row = anchor && this.#rows().find(({ dataset }) => dataset.key === anchor.key);
    if (!row) return;
    const moved = row.offsetTop - anchor.top;
    if (moved <= 0) return;
    if (this.#scroller.scrollTop > 0) this.#scroller.scrollTop += moved;
    else this.#glide(moved);
  }

  #rows(): HTMLElement[] {
    return this.#list ? [...this.#list.querySelectorAll<HTMLElement>('li[data-key]')] : [];
  }

  /** From where they are seen now, which may be half-way of the last time. */
  #glide(moved: number): void {
    const list = this.#list!;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const above = moved - new DOMMatrix(getComputedStyle(list).transform).m42;
    for (const animation of list.getAnimations()) animation.cancel();
    list.animate([{ transform: `translateY(${-above}px)` }, { transform: 'none' }], {
      duration: GLIDE_MS,
      easing: 'ease-out',
    });
  }
}
