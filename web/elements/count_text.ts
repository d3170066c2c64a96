const MOST = 99;

/** For a badge, where three digits do not fit. */
export function countText(count: number): string {
  return count > MOST ? `${MOST}+` : String(count);
}
