// `/notifications`: the list, the details, what lies over them, and the states in which there is no list.
import type { Studio } from './studio';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

export async function shootPhone(studio: Studio): Promise<void> {
  await shootList(studio);
  await shootInstall(studio);
  await shootEmpty(studio);
  await shootOffline(studio);
}

async function shootList(studio: Studio): Promise<void> {
  const context = await studio.seat('ana');
  const page = await studio.page(context, '/notifications', 'bellhop-row');
  await page.locator('bellhop-status [data-phase="live"]').waitFor();
  await studio.shoot(page, 'notifications');
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await studio.shoot(page, 'notifications-end');
  await page.locator('bellhop-row .open').nth(1).click();
  await page.locator('bellhop-details').waitFor();
  await studio.shoot(page, 'details');
  await page.goBack();
  await page.locator('bellhop-details').waitFor({ state: 'detached' });
  await page.locator('.gear').click();
  await page.locator('bellhop-preferences .save').waitFor();
  await studio.shoot(page, 'notifications-preferences');
  await page.locator('bellhop-preferences .back').click();
  await page.locator('bellhop-preferences').waitFor({ state: 'detached' });
  await page.locator('bellhop-row .do-delete').first().click();
  await page.locator('.undo').waitFor();
  await studio.shoot(page, 'notifications-undo');
  await page.locator('.undo').click();
  await context.close();
}

/** An iPhone's browser has no push before the page is on the home screen. */
async function shootInstall(studio: Studio): Promise<void> {
  const context = await studio.seat('ana', { userAgent: IPHONE });
  await context.addInitScript(() => Reflect.deleteProperty(window, 'PushManager'));
  const page = await studio.page(context, '/notifications', 'bellhop-push-switch section');
  await page.locator('bellhop-push-switch').scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await studio.shoot(page, 'notifications-install');
  await context.close();
}

async function shootEmpty(studio: Studio): Promise<void> {
  await studio.clear('jane');
  const context = await studio.seat('jane');
  await studio.shoot(await studio.page(context, '/notifications', '.state'), 'notifications-empty');
  await context.close();
}

async function shootOffline(studio: Studio): Promise<void> {
  const cable = await studio.cable();
  const context = await studio.seat('ana', { at: cable.url });
  const page = await studio.page(context, '/notifications', 'bellhop-row', cable.url);
  cable.pull();
  await page.locator('bellhop-status [data-phase="offline"]').waitFor({ timeout: 60_000 });
  await studio.shoot(page, 'notifications-offline');
  await context.close();
}
