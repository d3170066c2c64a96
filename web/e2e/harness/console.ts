// The administrators' pages as a person sees and uses them.
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { eventually } from '../../test/eventually';
import type { Browsers, SignInOptions } from './browser';
import type { Hub } from './hub';

/** Somebody who may administer, beside the people whom every story knows. */
export const ADMIN = { id: 'root', name: 'Ada Root', email: 'root@example.com', role: 'admin' };

const LOADED_WITHIN_MS = 10_000;

export const PAGES = [
  'overview',
  'deliveries',
  'webhooks',
  'explain',
  'settings/alerts',
  'settings/rules',
  'settings/departments',
  'settings/categories',
  'settings/defaults',
  'settings/customers',
  'settings/limits',
  'settings/general',
  'templates',
  'templates/agent_assignment',
  'people/agents',
  'people/departments',
  'sources',
  'keys',
  'blocked',
  'system',
];

export class Console {
  readonly page: Page;
  readonly #at: string;

  private constructor(page: Page, at: string) {
    this.page = page;
    this.#at = at;
  }

  /** The administrator's own browser, at a page of the console. */
  static async of(
    browsers: Browsers,
    hub: Hub,
    place: string,
    options: SignInOptions = {},
  ): Promise<Console> {
    const context = await browsers.agent(hub, ADMIN.id, options);
    return Console.in(context, options.at ?? hub.url, place);
  }

  static async in(context: BrowserContext, at: string, place: string): Promise<Console> {
    const console = new Console(await context.newPage(), at);
    await console.page.goto(`${at}/admin#/${place}`);
    await console.page.locator('bellhop-admin main h1').first().waitFor();
    return console;
  }

  async go(place: string): Promise<void> {
    await this.page.goto(`${this.#at}/admin#/${place}`);
    await this.page.locator('bellhop-admin main h1').first().waitFor();
    // Each part of a page waits for itself.
    const waiting = this.page.locator('bellhop-admin main .waiting');
    await eventually(async () => {
      if ((await waiting.count()) > 0) throw new Error(`${place} still loads`);
    }, LOADED_WITHIN_MS);
  }

  /** Says what was done, once it was. */
  async said(words: string): Promise<void> {
    await this.page.locator('.said', { hasText: words }).first().waitFor();
  }

  trouble(words: string): Promise<void> {
    return this.page.locator('.trouble', { hasText: words }).first().waitFor();
  }

  row(words: string): Locator {
    return this.page.locator('ul.rows > li', { hasText: words });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  get dialog(): Locator {
    return this.page.locator('admin-dialog');
  }

  /** The secret that is shown just now. */
  async secret(): Promise<string> {
    const shown = this.page.locator('admin-secret input');
    await shown.waitFor();
    return shown.inputValue();
  }

  /** By how many pixels something is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
