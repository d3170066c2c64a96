// The unread count where the person sees it while they work elsewhere: before the page's title, on its icon in the tab,
// and on the icon of an installed app. All of it is put back when the bell goes.
import { countText } from './count_text';

const PREFIX = /^\(\d+\+?\) /;
const ICON_PX = 32;

export class PageCount {
  #unread = 0;
  #observer: MutationObserver | null = null;
  #icon: { link: HTMLLinkElement; href: string } | null = null;

  show(unread: number): void {
    if (unread === this.#unread && this.#observer) return;
    this.#unread = unread;
    this.#watchTitle();
    this.#writeTitle();
    void this.#drawIcon();
    setAppBadge(unread);
  }

  stop(): void {
    if (!this.#observer) return;
    this.#observer.disconnect();
    this.#observer = null;
    this.#unread = 0;
    this.#writeTitle();
    this.#restoreIcon();
    setAppBadge(0);
  }

  /** A page that changes its title by itself keeps the count. */
  #watchTitle(): void {
    if (this.#observer || typeof MutationObserver === 'undefined') return;
    this.#observer = new MutationObserver(() => this.#writeTitle());
    this.#observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  }

  #writeTitle(): void {
    const bare = document.title.replace(PREFIX, '');
    const title = this.#unread > 0 ? `(${countText(this.#unread)}) ${bare}` : bare;
    if (title !== document.title) document.title = title;
  }

  async #drawIcon(): Promise<void> {
    if (this.#unread === 0) return this.#restoreIcon();
    const link = this.#icon?.link ?? document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
    if (!link) return;
    this.#icon ??= { link, href: link.getAttribute('href') ?? '' };
    try {
      const drawn = await withDot(new URL(this.#icon.href, document.baseURI).href, countText(this.#unread));
      if (this.#unread > 0 && drawn) link.href = drawn;
    } catch {
      // An icon of another origin cannot be drawn on: the title says it.
    }
  }

  #restoreIcon(): void {
    if (this.#icon) this.#icon.link.setAttribute('href', this.#icon.href);
    this.#icon = null;
  }
}

/** The icon with a red disc and the count on it, as a `data:` URL. */
async function withDot(href: string, text: string): Promise<string | null> {
  const image = new Image();
  image.src = href;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = ICON_PX;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.drawImage(image, 0, 0, ICON_PX, ICON_PX);
  const radius = text.length > 1 ? 11 : 9;
  context.fillStyle = '#d91e43';
  context.beginPath();
  context.arc(ICON_PX - radius, ICON_PX - radius, radius, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#fff';
  context.font = `bold ${text.length > 2 ? 10 : 15}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, ICON_PX - radius, ICON_PX - radius + 1);
  return canvas.toDataURL('image/png');
}

function setAppBadge(unread: number): void {
  const app = globalThis.navigator as Partial<Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>> | undefined;
  const done = unread > 0 ? app?.setAppBadge?.(unread) : app?.clearAppBadge?.();
  done?.catch(() => undefined);
}
