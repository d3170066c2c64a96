// The bell and what it opens, in every state that a person may find it in.
import type { BrowserContext, Page } from 'playwright-core';
import type { Studio } from './studio';

export async function shootBell(studio: Studio): Promise<void> {
  await shootFull(studio);
  await shootActs(studio);
  await shootNetwork(studio);
  await shootEmpty(studio);
  await shootQuestion(studio);
}

/** The desk with the bell open. */
async function open(studio: Studio, context: BrowserContext, at?: string): Promise<Page> {
  const page = await studio.page(context, '/panel', 'bellhop-bell button.bell', at);
  await page.locator('bellhop-bell button.bell').click();
  await page.locator('bellhop-bell .panel').waitFor();
  return page;
}

async function shootFull(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const page = await open(studio, context);
  await page.locator('bellhop-item').first().waitFor();
  await studio.shoot(page, 'bell');
  await page.locator('bellhop-item .more').first().click();
  await studio.shoot(page, 'bell-group');
  await page.locator('.chip[data-filter="mentions"]').click();
  await studio.shoot(page, 'bell-filter');
  await page.locator('.chip[data-filter="all"]').click();
  await page.locator('.find').click();
  await page.locator('.search input').fill('nothing of this kind');
  await page.locator('.state').waitFor();
  await studio.shoot(page, 'bell-search');
  await context.close();
}

async function shootActs(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const page = await open(studio, context);
  const row = page.locator('bellhop-item').first();
  await row.hover();
  await row.locator('.act.snooze').click();
  await row.locator('.times').waitFor();
  await studio.shoot(page, 'bell-snooze');
  await page.keyboard.press('Escape');
  await row.hover();
  await row.locator('.act.explain').click();
  await row
    .locator('.explanation')
    .getByText(/because|assigned|mention/i)
    .first()
    .waitFor();
  await studio.shoot(page, 'bell-why');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('.help').waitFor();
  await studio.shoot(page, 'bell-help');
  await page.keyboard.press('Escape');
  await row.hover();
  await row.locator('.act.dismiss').click();
  await page.locator('.undo').waitFor();
  await studio.shoot(page, 'bell-undo');
  await page.locator('.undo').click();
  await context.close();
}

async function shootNetwork(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const cable = await studio.cable();
  cable.firewall = { webSocket: true };
  const page = await open(studio, context, cable.url);
  await page.locator('bellhop-status .line[data-way="sse"]').waitFor({ timeout: 60_000 });
  await studio.shoot(page, 'bell-firewall');
  cable.pull();
  await page.locator('bellhop-status .line[data-phase="offline"]').waitFor({ timeout: 60_000 });
  await studio.shoot(page, 'bell-offline');
  await context.close();
}

/** Whoever has nothing, or nothing left. */
async function shootEmpty(studio: Studio): Promise<void> {
  await studio.clear('jane');
  const context = await studio.browser();
  const page = await studio.page(context, '/panel', 'bellhop-bell button.bell');
  await page.locator('select[name="agent"]').selectOption('jane');
  await page.locator('bellhop-bell button.bell').click();
  await page.locator('bellhop-list .state').waitFor();
  await studio.shoot(page, 'bell-empty');
  await context.close();
}

/** Whether desktop notifications may come. */
async function shootQuestion(studio: Studio): Promise<void> {
  const context = await studio.browser({ isNew: true });
  const page = await studio.page(context, '/panel', 'bellhop-consent');
  await studio.shoot(page, 'bell-question');
  await context.close();
}
