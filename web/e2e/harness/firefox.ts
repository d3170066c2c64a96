// A stock Firefox, driven over WebDriver BiDi: no patched build, no driver beside it. `FIREFOX` names the program.
import { launch, type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { eventually } from '../../test/eventually';
import type { Hub } from './hub';

const EXECUTABLE = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
/** Its first start writes a profile, which takes its time on a small machine. */
const START_WITHIN_MS = 60_000;
const SEEN_WITHIN_MS = 15_000;

export class Firefox {
  #browser: Browser;
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<Firefox> {
    try {
      const browser = await launch({
        browser: 'firefox',
        executablePath: EXECUTABLE,
        headless: true,
        timeout: START_WITHIN_MS,
        protocolTimeout: START_WITHIN_MS,
      });
      return new Firefox(browser);
    } catch (cause) {
      throw new Error(
        `Firefox cannot be started from ${EXECUTABLE}: scripts/packages installs it, FIREFOX names another`,
        { cause },
      );
    }
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** This agent's own browser with one tab; they sign in there by hand. What it says in its console is kept. */
  async agent(hub: Hub, agent: string, path: string): Promise<FirefoxTab> {
    const page = await (await this.#browser.createBrowserContext()).newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    await page.goto(hub.url + path);
    const tab = new FirefoxTab(page);
    await tab.type('#token', hub.token(agent));
    await tab.click('.by-token button');
    return tab;
  }
}

/** In whatever shadow root it lies; all parts of a selector in the same one. */
const deep = (selector: string) => `pierce/${selector}`;

/** What a person sees in a tab and does there. */
export class FirefoxTab {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** The first that fits, once there is one. */
  find(selector: string): Promise<ElementHandle> {
    return eventually(async () => {
      const found = await this.page.$(deep(selector));
      if (!found) throw new Error(`there is no ${selector}`);
      return found;
    }, SEEN_WITHIN_MS);
  }

  /** With the mouse, as a person does; what is redrawn meanwhile is looked for again. */
  click(selector: string): Promise<void> {
    return eventually(async () => (await this.find(selector)).click(), SEEN_WITHIN_MS);
  }

  async type(selector: string, text: string): Promise<void> {
    await (await this.find(selector)).type(text);
  }

  async texts(selector: string): Promise<string[]> {
    const found = await this.page.$$(deep(selector));
    return Promise.all(found.map((one) => one.evaluate((element) => (element.textContent ?? '').trim())));
  }
}
