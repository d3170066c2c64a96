// One Chromium for a story file, and people in it: each with storage of their own, signed in where the story says so.
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { eventually } from '../../test/eventually';
import type { Hub } from './hub';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

export class Browsers {
  #browser: Browser;
  #complaints = new Set<string>();

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<Browsers> {
    return new Browsers(await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS }));
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  get version(): string {
    return this.#browser.version();
  }

  /** What the browser's threads did meanwhile, as its trace has it. */
  async traced(page: Page, act: () => Promise<void>): Promise<Buffer> {
    await this.#browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
    await act();
    return this.#browser.stopTracing();
  }

  /** What pages complained about since the last call: uncaught errors, and refusals of the content security policy. */
  takeComplaints(): string[] {
    const complaints = [...this.#complaints];
    this.#complaints.clear();
    return complaints;
  }

  /** Somebody's browser, without a session. */
  async context({ isNew = false, ...options }: ContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext(options);
    if (!isNew) await context.addInitScript(rememberTheQuestion);
    context.on('weberror', (error) => this.#complaints.add(String(error.error())));
    context.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.#complaints.add(message.text());
    });
    return context;
  }

  /** An agent's browser, with the session cookie of the bundled pages. */
  async agent(
    hub: Hub,
    agent: string,
    { at = hub.url, ...options }: SignInOptions = {},
  ): Promise<BrowserContext> {
    const context = await this.context(options);
    const headers = { origin: at };
    const answer = await context.request.post(`${at}/session`, {
      data: { token: hub.token(agent) },
      headers,
    });
    if (!answer.ok()) throw new Error(`POST /session: ${answer.status()} ${await answer.text()}`);
    return context;
  }
}

/** In the page: whoever sits here was asked about desktop notifications long ago, and said "Not now". */
function rememberTheQuestion(): void {
  const read: (this: Storage, key: string) => string | null = Reflect.get(Storage.prototype, 'getItem');
  Storage.prototype.getItem = function (key) {
    return read.call(this, key) ?? (key.startsWith('bellhop.settings:') ? '{"desktop":"asked"}' : null);
  };
}

export interface ContextOptions extends BrowserContextOptions {
  /** Nobody was asked about desktop notifications in it yet. */
  isNew?: boolean;
}

export interface SignInOptions extends ContextOptions {
  /** Where the browser reaches the hub, when a cable is in between. */
  at?: string;
}

/** The bell of a page, as a person sees and uses it. */
export class Bell {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  static async on(context: BrowserContext, url: string): Promise<Bell> {
    const page = await context.newPage();
    await page.goto(url);
    const bell = new Bell(page);
    await bell.isConnected();
    return bell;
  }

  /** The number on the badge, as text; empty where there is none. */
  async badge(): Promise<string> {
    const [text] = await this.page.locator('bellhop-bell .badge').allTextContents();
    return (text ?? '').trim();
  }

  async isRed(): Promise<boolean> {
    return (await this.page.locator('bellhop-bell .indicator').count()) > 0;
  }

  async shows(badge: string, withinMs = 5_000): Promise<void> {
    await eventually(async () => {
      const now = await this.badge();
      if (now !== badge) throw new Error(`the badge shows "${now}", not "${badge}"`);
    }, withinMs);
  }

  async isConnected(way = 'websocket', withinMs = 20_000): Promise<void> {
    await eventually(async () => {
      const status = await this.page.evaluate(() => {
        const element = document.querySelector('bellhop-bell') ?? deepBell();
        return (element as unknown as { client: { status: { phase: string; way: string } } } | null)?.client
          ?.status;
        function deepBell() {
          for (const host of document.querySelectorAll('*')) {
            const found = host.shadowRoot?.querySelector('bellhop-bell');
            if (found) return found;
          }
          return null;
        }
      });
      if (status?.phase !== 'live' || status.way !== way)
        throw new Error(`the bell is ${JSON.stringify(status)}`);
    }, withinMs);
  }

  async open(): Promise<void> {
    // A tab in the background paints seldom, and a person clicks only in the one in front.
    await this.page.bringToFront();
    if ((await this.page.locator('bellhop-bell[open]').count()) === 0) {
      await this.page.locator('bellhop-bell button.bell').click();
    }
    await this.page.locator('bellhop-bell .panel').waitFor();
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.locator('bellhop-bell .panel').waitFor({ state: 'detached' });
  }

  /** Entries about one ticket are one row until somebody opens it. */
  async expandAll(): Promise<void> {
    const closed = this.page.locator('bellhop-item .more[aria-expanded="false"]');
    while ((await closed.count()) > 0) await closed.first().click();
  }

  /** The titles in the open panel, as listed. */
  titles(): Promise<string[]> {
    return this.page.locator('bellhop-item .title').allTextContents();
  }

  item(text: string) {
    return this.page.locator('bellhop-item', { hasText: text });
  }
}
