// Takes one picture after the other, each under its scene's name, the size of the window and the colours:
// `bell-wide-dark.webp`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from '../harness/browser';

export const SIZES: Record<string, BrowserContextOptions> = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: PHONE,
};
export const COLOURS = ['light', 'dark'] as const;

/** Below it the thin lines between rows are lost. */
const QUALITY = 50;

export class Camera {
  readonly options: BrowserContextOptions;
  readonly isPhone: boolean;
  #folder: string;
  #suffix: string;

  constructor(folder: string, size: string, colorScheme: (typeof COLOURS)[number]) {
    this.#folder = folder;
    this.#suffix = `${size}-${colorScheme}`;
    this.isPhone = size === 'phone';
    this.options = { ...SIZES[size], colorScheme };
  }

  async shoot(page: Page, scene: string): Promise<void> {
    await page.evaluate(async () => {
      const ending = document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      await Promise.allSettled(ending.map((animation) => animation.finished));
      await document.fonts.ready;
    });
    // The browser's own encoder: hundreds of pictures stay small.
    const browser = await page.context().newCDPSession(page);
    const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
    await browser.detach();
    await writeFile(join(this.#folder, `${scene}-${this.#suffix}.webp`), data, 'base64');
  }
}
