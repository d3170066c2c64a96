// Follows a finger sideways over a row and decides what was meant: right = read, left = delete, too short = nothing.
// No element, no style: positions in, offset and verdict out, so that it is tested without a browser.
export type SwipeVerdict = 'read' | 'delete' | null;

/** Movement below this is a tap. */
const SLOP_PX = 10;
/** This far, or this share of the row, and it counts. */
const COMMIT_PX = 96;
const COMMIT_SHARE = 0.35;

export class Swipe {
  #startX: number;
  #startY: number;
  #width: number;
  #isSideways: boolean | null = null;
  #offset = 0;

  constructor(x: number, y: number, width: number) {
    this.#startX = x;
    this.#startY = y;
    this.#width = width;
  }

  get offset(): number {
    return this.#offset;
  }

  /** True once the finger moved sideways: from then on it is no tap and no scrolling. */
  get isSideways(): boolean {
    return this.#isSideways === true;
  }

  get verdict(): SwipeVerdict {
    const needed = Math.min(COMMIT_PX, this.#width * COMMIT_SHARE);
    if (Math.abs(this.#offset) < needed) return null;
    return this.#offset > 0 ? 'read' : 'delete';
  }

  move(x: number, y: number): void {
    const dx = x - this.#startX;
    const dy = y - this.#startY;
    if (this.#isSideways === null && Math.hypot(dx, dy) > SLOP_PX)
      this.#isSideways = Math.abs(dx) > Math.abs(dy);
    if (this.#isSideways) this.#offset = dx;
  }
}
