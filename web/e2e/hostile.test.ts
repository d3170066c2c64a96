// Hostile texts where the bell's own story does not look: the demo's desk, the details on a phone, the console.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { DemoState } from '../panel/types';
import { Bell, Browsers, PHONE } from './harness/browser';
import { ADMIN, Console } from './harness/console';
import { becomes } from './harness/expect';
import { first, HOSTILE, MARKUP } from './harness/hostile';
import { Hub } from './harness/hub';

let browsers: Browsers;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
// What the content security policy had to refuse would be here too.
afterEach(() => expect(browsers.takeComplaints()).toEqual([]));

/** Text is text, nothing has run, and nothing sticks out to the side. */
async function isUnharmed(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const all: Element[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        all.push(element);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    const links = all.map((element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '');
    return {
      foreign: all.filter((element) => element.matches('img, svg[onload], [onerror]')).length,
      scripts: links.filter((link) => /^\s*(javascript|data:text)/i.test(link)),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      title: document.title,
    };
  });
  expect(found).toMatchObject({ foreign: 0, scripts: [], overflow: 0 });
  expect(found.title).not.toContain('hacked');
}

describe('a hostile helpdesk', () => {
  it('does no harm at the desk, nor in the thread that a notification opens', async () => {
    const hub = await Hub.demo();
    const { api_key, tickets } = (await (await fetch(`${hub.url}/demo/state`)).json()) as DemoState;
    const context = await browsers.context(PHONE);
    const bell = await Bell.on(context, `${hub.url}/panel`);
    const before = Number((await bell.badge()) || 0);
    for (const [index, text] of HOSTILE.entries())
      await hub.call(
        'POST',
        '/api/v1/events',
        {
          specversion: '1.0',
          id: `hostile-${index}`,
          source: '/demo-desk',
          type: 'note.added',
          data: {
            actor: { kind: 'agent', id: 'ben', name: first(text, 200) },
            ticket: { ...tickets[0], assignees: ['ana'] },
            message: { id: `c${index}`, text: `@ana ${text}`, mentions: ['ana'] },
          },
        },
        api_key,
      );
    await bell.shows(String(before + HOSTILE.length), 20_000);
    await isUnharmed(bell.page);
    await bell.open();
    await bell.expandAll();
    await bell.page.locator('bellhop-item', { hasText: '<img src=x onerror' }).first().waitFor();
    await isUnharmed(bell.page);
    await bell.page.locator('bellhop-item .open', { hasText: '<img src=x onerror' }).first().click();
    await bell.page.locator('desk-ticket').getByText('<img src=x onerror').first().waitFor();
    await isUnharmed(bell.page);
    await context.close();
    await hub.stop();
  });

  it('does none in the details on a phone', async () => {
    const hub = await Hub.serve();
    for (const [index, text] of HOSTILE.entries())
      await hub.post('note.added', {
        actor: { kind: 'agent', id: 'jane', name: first(text, 200) },
        ticket: { number: String(index), subject: first(text, 400), assignees: ['ana'] },
        data: { message: { id: `c${index}`, text: `@ana ${text}`, mentions: ['ana'] } },
      });
    const context = await browsers.agent(hub, 'ana', PHONE);
    const page = await context.newPage();
    await page.goto(`${hub.url}/notifications`);
    await becomes(() => page.locator('bellhop-row').count(), HOSTILE.length, 20_000);
    for (let index = 0; index < HOSTILE.length; index += 1) {
      await page.locator('bellhop-row .open').nth(index).tap();
      await page.locator('bellhop-details article').waitFor();
      const sideways = await page
        .locator('bellhop-details article')
        .evaluate((article) => article.scrollWidth - article.clientWidth);
      expect([index, sideways]).toEqual([index, 0]);
      await isUnharmed(page);
      await page.goBack();
      await page.locator('bellhop-details').waitFor({ state: 'detached' });
    }
    await context.close();
    await hub.stop();
  });

  it('does none in the console: deliveries, the way of an event, the people', async () => {
    const hub = await Hub.serve({
      BELLHOP_EMAIL__URL: 'smtp://127.0.0.1:1',
      BELLHOP_EMAIL__FROM: 'Bellhop <bellhop@example.com>',
    });
    const agents = HOSTILE.map((text, index) => ({
      id: `eve${index}`,
      name: first(text, 120),
      email: `eve${index}@example.com`,
    }));
    await hub.call('PUT', '/api/v1/directory', { agents: [ADMIN, ...agents] });
    for (const [index, text] of HOSTILE.entries())
      await hub.assign(`eve${index}`, { number: first(text, 40), subject: first(text, 400) });
    const admin = await Console.of(browsers, hub, 'deliveries', {
      viewport: { width: 360, height: 760 },
    });
    await admin.go('deliveries?recipient=eve0');
    await admin.row('Email to eve0').first().waitFor();
    expect(await admin.page.locator('ul.rows').first().innerText()).toContain(MARKUP.slice(0, 9));
    await isUnharmed(admin.page);
    await admin.row('Email to eve0').first().click();
    await admin.dialog.getByText('Accepted').first().waitFor();
    await isUnharmed(admin.page);
    await admin.page.keyboard.press('Escape');
    for (const place of ['deliveries', 'people/agents', 'overview']) {
      await admin.go(place);
      await isUnharmed(admin.page);
    }
    await admin.close();
    await hub.stop();
  });
});
