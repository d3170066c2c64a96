// Which rows of a long list are in the document: those in sight and a few around them. Heights are learnt as rows are
// drawn; what was never drawn counts as tall as the first ones were on average. Pure: numbers in, numbers out.

/** Shorter lists are drawn whole. */
const WHOLE_UP_TO = 60;
const FIRST_GUESS_PX = 84;
const ROWS_TO_LEARN_FROM = 30;
/** Beyond what is in sight: where somebody scrolls to, and where they come from. Each row costs time in every frame. */
const AHEAD_ROWS = 8;
const BEHIND_ROWS = 3;

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
  #learnt = 0;
  /** Settled after a few rows: if it went on changing, all that lies above would move while somebody scrolls. */
  #guess = FIRST_GUESS_PX;
  #scrolled = 0;
  #isUpwards = false;

  /** Nothing is learnt from what is not laid out. */
  learn(key: string, height: number): void {
    const known = this.#heights.get(key);
    if (height <= 0 || known === height) return;
    this.#heights.set(key, height);
    this.#sum += height - (known ?? 0);
    if (known === undefined) this.#learnt += 1;
    if (this.#learnt <= ROWS_TO_LEARN_FROM) this.#guess = this.#sum / this.#learnt;
  }

  slice(keys: string[], scrolled: number, viewport: number): Slice {
    if (this.#heights.size > 2 * keys.length + WHOLE_UP_TO) this.#forgetOthers(keys);
    if (keys.length <= WHOLE_UP_TO) return { start: 0, end: keys.length, before: 0, after: 0 };
    let [start, top] = [0, 0];
    while (start < keys.length - 1 && top + this.#height(keys[start]!) <= scrolled)
      top += this.#height(keys[start++]!);
    let [end, bottom] = [start, top];
    while (end < keys.length && bottom < scrolled + viewport) bottom += this.#height(keys[end++]!);
    if (scrolled !== this.#scrolled) this.#isUpwards = scrolled < this.#scrolled;
    this.#scrolled = scrolled;
    const margins = [BEHIND_ROWS, AHEAD_ROWS];
    if (this.#isUpwards) margins.reverse();
    const first = Math.max(0, start - margins[0]!);
    end = Math.min(keys.length, end + margins[1]!);
    return {
      start: first,
      end,
      before: top - this.#between(keys, first, start),
      after: this.#between(keys, end, keys.length),
    };
  }

  /** A list that stays open all day has had many rows. */
  #forgetOthers(keys: string[]): void {
    const isThere = new Set(keys);
    for (const key of this.#heights.keys()) if (!isThere.has(key)) this.#heights.delete(key);
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
