// Keeps an open list in place while entries arrive above what somebody reads: scrolled down nothing moves, and at the top
// the rows glide down instead of jumping from under the finger. Loaded beside the bell.
import type { LitElement } from 'lit';

/** In this time what is left of the way becomes a third. */
const GLIDE_MS = 60;
const THERE_PX = 0.5;

export class Steady {
  #scroller: HTMLElement;
  #list: HTMLElement | null = null;
  #anchor: { key: string; top: number } | null = null;
  #isHolding = false;
  /** How far above their place the rows are drawn. */
  #above = 0;
  #hasArrived = false;

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

  /**
   * From where they are seen now, which may be half-way of the last time. Step by step, and not by a transition: where the
   * browser moves the rows by itself, it takes the next arrival for a jump from where they began.
   */
  #glide(moved: number): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const isGliding = this.#above > 0;
    this.#hasArrived = true;
    this.#place(this.#above + moved);
    if (!isGliding) requestAnimationFrame((now) => this.#step(now));
  }

  #step(before: number): void {
    requestAnimationFrame((now) => {
      // In the frame of an arrival they stay where they are seen, to the pixel; they go on in the next.
      if (!this.#hasArrived) this.#place(this.#above * Math.exp((before - now) / GLIDE_MS));
      this.#hasArrived = false;
      if (this.#above > 0) this.#step(now);
    });
  }

  #place(above: number): void {
    this.#above = above > THERE_PX ? above : 0;
    // Nor is it taken away at the end: that would be another jump.
    this.#list!.style.transform = `translateY(${-this.#above}px)`;
  }
}
