// Which rows of a long list are in the document: those in sight and a few around them. Heights are learnt as rows are
// drawn; what was never drawn counts as tall as the first ones were on average. Pure: numbers in, numbers out.

/** Shorter lists are drawn whole. */
const WHOLE_UP_TO = 60;
const FIRST_GUESS_PX = 84;
const ROWS_TO_LEARN_FROM = 30;
/** Above and below what is in sight. */
const MARGIN_ROWS = 8;

export interface Slice {
  start: number;
  /** The first that is not drawn any more. */
  end: number;
  /** Heights of what is not drawn, in px. */
  before: number;
  after: number;
}

export class ListWindow {
  #heights = new Map<string, number>();
  #sum = 0;
  /** Settled after a few rows: if it went on changing, all that lies above would move while somebody scrolls. */
  #guess = FIRST_GUESS_PX;

  /** Says whether that is news. Nothing is learnt from what is not laid out. */
  learn(key: string, height: number): boolean {
    const known = this.#heights.get(key);
    if (height <= 0 || known === height) return false;
    this.#heights.set(key, height);
    this.#sum += height - (known ?? 0);
    if (this.#heights.size <= ROWS_TO_LEARN_FROM) this.#guess = this.#sum / this.#heights.size;
    return true;
  }

  slice(keys: string[], scrolled: number, viewport: number): Slice {
    if (keys.length <= WHOLE_UP_TO) return { start: 0, end: keys.length, before: 0, after: 0 };
    let [start, top] = [0, 0];
    while (start < keys.length - 1 && top + this.#height(keys[start]!) <= scrolled)
      top += this.#height(keys[start++]!);
    let [end, bottom] = [start, top];
    while (end < keys.length && bottom < scrolled + viewport) bottom += this.#height(keys[end++]!);
    start = Math.max(0, start - MARGIN_ROWS);
    end = Math.min(keys.length, end + MARGIN_ROWS);
    return {
      start,
      end,
      before: this.#between(keys, 0, start),
      after: this.#between(keys, end, keys.length),
    };
  }

  /** How far the row's upper edge is from the list's. */
  offsetOf(keys: string[], index: number): number {
    return this.#between(keys, 0, index);
  }

  #between(keys: string[], from: number, to: number): number {
    let sum = 0;
    for (let index = from; index < to; index += 1) sum += this.#height(keys[index]!);
    return sum;
  }

  #height(key: string): number {
    return this.#heights.get(key) ?? this.#guess;
  }
}
