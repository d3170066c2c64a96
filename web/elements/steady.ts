// Keeps an open list in place while entries arrive above what somebody reads: scrolled down nothing moves, and at the top
// the rows glide down instead of jumping from under the finger. Loaded beside the bell.
import type { LitElement } from 'lit';

const GLIDE_MS = 180;

export class Steady {
  #scroller: HTMLElement;
  #list: HTMLElement | null = null;
  #anchor: { key: string; top: number } | null = null;
  #isHolding = false;

  constructor(scroller: HTMLElement) {
    this.#scroller = scroller;
  }

  /** Before rows are drawn anew: what somebody looks at, and where it is. */
  remember(): void {
    // Rows of the last time are not drawn yet: what was remembered before them counts.
    if (this.#isHolding) return;
    this.#list = this.#scroller.querySelector('ul.list');
    const { scrollTop } = this.#scroller;
    const row = this.#rows().find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
    this.#anchor = row ? { key: row.dataset.key!, top: row.offsetTop } : null;
  }

  /** Afterwards: the same at the same place. */
  async hold(): Promise<void> {
    if (this.#isHolding || !this.#anchor) return;
    this.#isHolding = true;
    const inside = this.#list!.querySelectorAll<LitElement>('bellhop-item');
    await Promise.all([...inside].map((item) => item.updateComplete));
    this.#isHolding = false;
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
    // Not animated yet: the browser counts a shift where an animation takes the place of one.
    Object.assign(list.style, { transition: 'none', transform: `translateY(${-above}px)` });
    requestAnimationFrame(() =>
      Object.assign(list.style, { transition: `transform ${GLIDE_MS}ms ease-out`, transform: '' }),
    );
  }
}
