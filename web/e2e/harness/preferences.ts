// The preferences screen, as a person sees and uses it, wherever it stands.
import type { Locator, Page } from 'playwright-core';
import type { Bell } from './browser';

export class PreferencesScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** Opened by the gear of a bell. */
  static async in(bell: Bell): Promise<PreferencesScreen> {
    await bell.isConnected();
    await bell.open();
    await bell.page.locator('bellhop-bell .gear').click();
    const screen = new PreferencesScreen(bell.page);
    await screen.ready();
    return screen;
  }

  get saveButton(): Locator {
    return this.page.getByRole('button', { name: 'Save Preferences' });
  }

  ready(): Promise<void> {
    return this.saveButton.waitFor();
  }

  switch(label: string): Locator {
    return this.page.getByRole('switch', { name: label, exact: true });
  }

  row(label: string): Locator {
    return this.page.locator('bellhop-preferences .field', { has: this.switch(label) });
  }

  /** By the row, as a person does. */
  flip(label: string): Promise<void> {
    return this.row(label).click();
  }

  /** The kinds by their labels, and whether they are on. */
  async kinds(): Promise<Record<string, boolean>> {
    const rows = await this.page.locator('[data-section="kinds"] .field').all();
    const read = async (row: Locator) =>
      [await row.locator('.label').innerText(), await row.getByRole('switch').isChecked()] as const;
    return Object.fromEntries(await Promise.all(rows.map(read)));
  }

  /** Saves, and waits until the screen says what was saved. */
  async save(words = ''): Promise<void> {
    await this.saveButton.click();
    await this.page.locator('bellhop-preferences .said', { hasText: `Saved: ${words}` }).waitFor();
  }

  /** What a finger would miss: everything to press that is smaller than so many pixels in one direction. */
  tooSmall(pixels: number): Promise<string[]> {
    return this.page.locator('bellhop-preferences').evaluate((host, least) => {
      const targets = host.shadowRoot!.querySelectorAll(
        'button, select, summary, label, input:not([type="checkbox"])',
      );
      const isSmall = (element: Element) => {
        const { width, height } = element.getBoundingClientRect();
        const holdsField = element.matches('.until');
        return !holdsField && width > 0 && Math.min(width, height) < least;
      };
      return [...targets]
        .filter(isSmall)
        .map((element) => `${element.outerHTML.slice(0, 120)} ${element.getBoundingClientRect().height}`);
    }, pixels);
  }

  /** By how many pixels something is wider than the place that it has. */
  overflow(): Promise<number> {
    return this.page
      .locator('bellhop-preferences .body')
      .evaluate((body) => body.scrollWidth - body.clientWidth);
  }
}
