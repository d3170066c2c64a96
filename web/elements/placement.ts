// Where the open panel stands: below its button, inside the window; on a narrow screen across its width.
const GAP_PX = 8;
const NARROW_PX = 480;
const USUAL_PX = 420;

export function placePanel(
  panel: HTMLElement,
  button: DOMRect,
  window: { innerWidth: number; innerHeight: number },
  isRightToLeft = false,
) {
  const top = button.bottom + GAP_PX;
  const isNarrow = window.innerWidth <= NARROW_PX;
  const widest = window.innerWidth - 2 * GAP_PX;
  const width = isNarrow ? widest : Math.min(USUAL_PX, widest);
  const rightmost = window.innerWidth - width - GAP_PX;
  const wanted = isRightToLeft ? button.left : button.right - width;
  const left = Math.max(GAP_PX, Math.min(wanted, rightmost));
  panel.style.top = `${top}px`;
  panel.style.left = `${left}px`;
  panel.style.width = `${width}px`;
  panel.style.maxHeight = `${Math.max(240, Math.min(680, window.innerHeight - top - GAP_PX))}px`;
}
