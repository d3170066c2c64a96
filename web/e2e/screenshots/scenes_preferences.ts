// The preferences from top to bottom, with something set in each part, and the part that concerns this browser alone.
import type { Locator, Page } from 'playwright-core';
import type { Studio } from './studio';

export async function shootPreferences(studio: Studio): Promise<void> {
  const context = await studio.seat('ana', { permissions: ['notifications'] });
  await addDevices(studio);
  const page = await studio.page(context, '/panel', 'bellhop-bell button.bell');
  await page.locator('bellhop-bell button.bell').click();
  await page.locator('bellhop-bell .gear').click();
  const screen = page.locator('bellhop-preferences');
  await screen.locator('.save').waitFor();
  await screen.locator('bellhop-this-browser li[data-device]').first().waitFor();
  await studio.shoot(page, 'preferences');
  await screen.getByRole('switch', { name: 'Transfer' }).click();
  await shootAt(studio, page, screen.locator('[data-section="channels"]'), 'preferences-channels');
  await screen.locator('.every-night').click();
  await screen.getByText('Change days and times').click();
  await shootAt(studio, page, screen.locator('[data-section="quiet"]'), 'preferences-quiet-hours');
  await screen.locator('.no-quiet').click();
  await screen.locator('.send-test').click();
  await screen.locator('[data-channel]').first().waitFor();
  await shootAt(studio, page, screen.locator('[data-section="test"]'), 'preferences-test');
  await shootAt(studio, page, screen.locator('[data-section="desktop"]'), 'preferences-browser');
  await shootAt(studio, page, screen.locator('[data-section="devices"]'), 'preferences-devices');
  await screen.locator('.run-checkup').click();
  await screen.locator('.verdicts li').first().waitFor();
  await shootAt(studio, page, screen.locator('[data-section="checkup"]'), 'preferences-checkup');
  await screen.locator('.back').click();
  await screen.getByRole('button', { name: 'Discard' }).waitFor();
  await studio.shoot(page, 'preferences-unsaved');
  await screen.getByRole('button', { name: 'Discard' }).click();
  await context.close();
  await studio.clear('ana', 'test');
}

async function shootAt(studio: Studio, page: Page, section: Locator, scene: string): Promise<void> {
  await section.evaluate((element) => element.scrollIntoView());
  await studio.shoot(page, scene);
}

/** A telephone that push reaches, as far as the hub knows. */
async function addDevices(studio: Studio): Promise<void> {
  const key = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
  const subscription = {
    endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/a-telephone',
    keys: { p256dh: key, auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
    device: 'a-telephone',
    label: 'My telephone',
  };
  const { token } = studio.person('ana');
  await studio.call('POST', '/api/v1/me/push-subscriptions', subscription, token);
}
