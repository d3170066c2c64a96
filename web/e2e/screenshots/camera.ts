// Takes one picture after the other, each under its scene's name, the size of the window and the colours:
// `bell-wide-dark.webp`.
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { PHONE } from '../harness/browser';

export const SIZES: Record<string, BrowserContextOptions> = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: PHONE,
};
export const COLOURS = ['light', 'dark'] as const;

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
    // Few colours, and none of them changed by compression: text stays sharp, and hundreds of pictures stay small.
    const plain = sharp(await page.screenshot()).png({ palette: true, quality: 60, dither: 0 });
    const picture = sharp(await plain.toBuffer()).webp({ lossless: true, effort: 6 });
    await picture.toFile(join(this.#folder, `${scene}-${this.#suffix}.webp`));
  }
}
