// Pulling the list down at its top asks the hub again. Positions in, how far and whether it counts out: no element here,
// so that it is tested without a browser.

/** This far down, and letting go asks. */
const COMMIT_PX = 70;
const MOST_PX = 110;
/** The list follows the finger more slowly than it moves. */
const RESISTANCE = 0.5;
/** Less than this, or more to the side than down, is something else. */
const SLOP_PX = 8;

export class Pull {
  #x: number;
  #y: number;
  #isDown: boolean | null = null;
  #offset = 0;

  constructor(x: number, y: number) {
    this.#x = x;
    this.#y = y;
  }

  /** How far the list is pulled. */
  get offset(): number {
    return this.#offset;
  }
  get isEnough(): boolean {
    return this.#offset >= COMMIT_PX;
  }

  move(x: number, y: number): void {
    const [dx, dy] = [x - this.#x, y - this.#y];
    if (this.#isDown === null && Math.hypot(dx, dy) > SLOP_PX) this.#isDown = dy > Math.abs(dx);
    this.#offset = this.#isDown ? Math.min(MOST_PX, Math.max(0, dy * RESISTANCE)) : 0;
  }
}
