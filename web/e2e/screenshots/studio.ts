// A demo of its own for each size and colour, with a morning behind it: what one picture shows, another pass has not
// changed. Whoever is photographed sits at it with a browser of their own.
import type { BrowserContext, Page } from 'playwright-core';
import { agentNotes, assigned, customerReplies, escalated, type CloudEvent } from '../../panel/events';
import type { DemoAgent, DemoState, Ticket } from '../../panel/types';
import { eventually } from '../../test/eventually';
import { Browsers, type ContextOptions } from '../harness/browser';
import { Cable } from '../harness/cable';
import { Hub } from '../harness/hub';
import type { Camera } from './camera';

export class Studio {
  readonly hub: Hub;
  readonly browsers: Browsers;
  readonly camera: Camera;
  readonly state: DemoState;
  #left: (() => Promise<unknown>)[] = [];

  private constructor(hub: Hub, browsers: Browsers, camera: Camera, state: DemoState) {
    this.hub = hub;
    this.browsers = browsers;
    this.camera = camera;
    this.state = state;
  }

  static async open(browsers: Browsers, camera: Camera): Promise<Studio> {
    const hub = await Hub.demo();
    const state = (await (await fetch(`${hub.url}/demo/state`)).json()) as DemoState;
    const studio = new Studio(hub, browsers, camera, state);
    // The demo answers before its people are in the directory.
    await eventually(() => studio.call('GET', '/api/v1/me', undefined, studio.person('ana').token));
    return studio;
  }

  async close(): Promise<void> {
    for (const leave of this.#left.splice(0)) await leave();
    await this.hub.stop();
  }

  person(id: string): DemoAgent {
    const found = this.state.agents.find((agent) => agent.id === id);
    if (!found) throw new Error(`the demo has no ${id}`);
    return found;
  }

  /** As the demo's administrator would. */
  call<T>(method: string, path: string, body?: unknown, bearer = this.state.api_key): Promise<T> {
    return this.hub.call<T>(method, path, body, bearer);
  }

  post(event: CloudEvent): Promise<unknown> {
    return this.call('POST', '/api/v1/events', event);
  }

  /** A browser with nobody signed in. */
  async browser(options: ContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browsers.context({ ...this.camera.options, ...options });
    this.#left.push(() => context.close());
    return context;
  }

  /** Somebody's browser, signed in at the bundled pages. */
  async seat(id: string, options: ContextOptions & { at?: string } = {}): Promise<BrowserContext> {
    const { at = this.hub.url, ...rest } = options;
    const context = await this.browser(rest);
    const data = { token: this.person(id).token };
    await context.request.post(`${at}/session`, { data, headers: { origin: at } });
    return context;
  }

  async cable(): Promise<Cable> {
    const cable = await Cable.to(this.hub.url);
    this.#left.push(() => cable.close());
    return cable;
  }

  async page(context: BrowserContext, path: string, ready: string, at = this.hub.url): Promise<Page> {
    const page = await context.newPage();
    await page.goto(at + path);
    await page.locator(ready).first().waitFor();
    return page;
  }

  shoot(page: Page, scene: string): Promise<void> {
    return this.camera.shoot(page, scene);
  }

  get tickets(): Ticket[] {
    return this.state.tickets;
  }

  /** Takes everything out of somebody's list, or what is of one type. */
  async clear(id: string, type?: string): Promise<void> {
    const { token } = this.person(id);
    const path = '/api/v1/me/notifications';
    const { items } = await this.call<{ items: { id: string; type: string }[] }>(
      'GET',
      path,
      undefined,
      token,
    );
    const ids = items.filter((one) => type === undefined || one.type === type).map((one) => one.id);
    if (ids.length) await this.call('POST', `${path}/clear`, { ids }, token);
  }

  /** Something of every kind for Ana. */
  async liveAMorning(): Promise<void> {
    const [me, colleague] = [this.person('ana'), this.person('ben')];
    const [first, second] = this.tickets as [Ticket, Ticket];
    const watched = this.tickets.find(({ assignees }) => assignees.length === 0)!;
    const mine = { ...second, assignees: [me.id] };
    const { agents } = this.state;
    await this.call('PUT', `/api/v1/me/watches/${watched.id}`, undefined, me.token);
    await this.post(assigned(second, me, null).event);
    const answer = 'Thank you, I tried that, and now I see another message: “session expired”.';
    await this.post(customerReplies(watched, answer).event);
    await this.post(escalated(mine, colleague, 'normal').event);
    await this.post(agentNotes(first, colleague, `@${me.id} have you seen this error before?`, agents).event);
    await this.post(assigned(first, me, colleague).event);
  }
}
