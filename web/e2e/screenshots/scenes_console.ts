// Every page of `/admin`, and the dialogs in which something is made, shown once or taken away.
import { Console, PAGES } from '../harness/console';
import type { Studio } from './studio';

const UNTIL_DRAWN_MS = 500;

export async function shootConsole(studio: Studio): Promise<void> {
  await shootGate(studio);
  await fill(studio);
  const context = await studio.seat('max');
  const admin = await Console.in(context, studio.hub.url, 'overview');
  for (const place of PAGES) {
    await admin.go(place);
    if (place.startsWith('templates/')) await previewIsThere(admin);
    await studio.shoot(admin.page, `admin-${place.replaceAll('/', '-')}`);
  }
  await shootDialogs(studio, admin);
  await shootAnswers(studio, admin);
  if (studio.camera.isPhone) {
    await admin.go('overview');
    await admin.button(/all pages/).click();
    await studio.shoot(admin.page, 'admin-menu');
  }
  await context.close();
}

/** The email in its frame, which comes after the page. */
async function previewIsThere(admin: Console): Promise<void> {
  await admin.page.frameLocator('.preview iframe').locator('h1').waitFor();
}

async function shootGate(studio: Studio): Promise<void> {
  const nobody = await studio.browser();
  await studio.shoot(await studio.page(nobody, '/admin', '#token'), 'admin-sign-in');
  await nobody.close();
  const ana = await studio.seat('ana');
  await studio.shoot(await studio.page(ana, '/admin', '.nobody'), 'admin-refused');
  await ana.close();
}

/** A little of everything that an installation collects. */
async function fill(studio: Studio): Promise<void> {
  await studio.call('PUT', '/api/v1/sources/desk', { kind: 'zammad', base_url: 'https://desk.example.com' });
  await studio.call('POST', '/api/v1/keys', { name: 'Helpdesk', scopes: ['events'] });
  await studio.call('PUT', `/api/v1/sms/opt-outs/${encodeURIComponent('+15550199')}`);
  await studio.call('POST', '/api/v1/webhooks', {
    url: 'https://example.com/bellhop',
    types: ['notification.created'],
    description: 'Wall display in the office',
  });
}

async function shootDialogs(studio: Studio, admin: Console): Promise<void> {
  const open = async (place: string, button: string | RegExp, scene: string) => {
    // A dialog of the page before is gone with it.
    await admin.page.reload();
    await admin.go(place);
    await admin.button(button).first().click();
    await admin.dialog.locator('dialog').first().waitFor();
    await admin.dialog.getByText('Loading…').first().waitFor({ state: 'detached' });
    await studio.shoot(admin.page, `admin-${scene}`);
  };
  await open('people/agents', /Ana Souza/, 'person');
  await open('people/agents', /^New|Add/, 'person-new');
  await open('sources', 'New source', 'source-new');
  await open('webhooks', 'New webhook', 'webhook-new');
  await open('keys', 'New key', 'key-new');
  await admin.dialog.getByLabel('What it is for').fill('Reporting');
  await admin.button('Make key').click();
  await admin.secret();
  await studio.shoot(admin.page, 'admin-key-made');
  await open('keys', /^Revoke/, 'key-revoke');
  await admin.go('deliveries');
  await admin.row('Email to').first().click();
  await admin.dialog.getByText('The way of the event').waitFor();
  await studio.shoot(admin.page, 'admin-delivery');
}

async function shootAnswers(studio: Studio, admin: Console): Promise<void> {
  await admin.go('explain');
  await admin.field('Assigned agents').fill('ben, stranger');
  await admin.button('Who would hear of it?').click();
  await admin.row('ben').first().waitFor();
  await admin
    .row('ben')
    .first()
    .evaluate((row) => row.scrollIntoView({ block: 'center' }));
  await studio.shoot(admin.page, 'admin-explained');
  await admin.go('settings/alerts');
  await admin.page.locator('.group label').first().click();
  await admin.page.getByText('1 change is not saved').click();
  await studio.shoot(admin.page, 'admin-settings-unsaved');
  await admin.go('templates/agent_assignment');
  await previewIsThere(admin);
  await admin.page.locator('.preview').first().scrollIntoViewIfNeeded();
  // A frame that was out of sight is drawn a while after it comes into sight, and nothing tells when.
  await admin.page.waitForTimeout(UNTIL_DRAWN_MS);
  await studio.shoot(admin.page, 'admin-template-preview');
  await admin.go('deliveries?recipient=nobody');
  await studio.shoot(admin.page, 'admin-deliveries-none');
}
