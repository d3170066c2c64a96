// The pages around the bell: home, signing in, the desk, the mailbox, the API, and where the links of emails lead.
import type { Studio } from './studio';

export async function shootPages(studio: Studio): Promise<void> {
  await shootSignedOut(studio);
  await shootDesk(studio);
  await shootMailbox(studio);
  await shootApi(studio);
}

async function shootSignedOut(studio: Studio): Promise<void> {
  const nobody = await studio.browser();
  const page = await studio.page(nobody, '/', '#token');
  await studio.shoot(page, 'home-signed-out');
  await page.locator('#token').fill('not a token');
  await page.locator('bellhop-sign-in .by-token button').click();
  await page.locator('bellhop-sign-in .by-token .error').waitFor();
  await studio.shoot(page, 'home-refused');
  await page.goto(`${studio.hub.url}/notifications`);
  await page.locator('#token').waitFor();
  await studio.shoot(page, 'notifications-signed-out');
  await page.goto(`${studio.hub.url}/session/link/spent`);
  await page.locator('main h1').waitFor();
  await studio.shoot(page, 'link-sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('does not work any more').first().waitFor();
  await studio.shoot(page, 'link-spent');
  await page.goto(`${studio.hub.url}/l/unknown`);
  await page.locator('main h1').waitFor();
  await studio.shoot(page, 'link-unknown');
  await nobody.close();
  const ana = await studio.seat('ana');
  await studio.shoot(await studio.page(ana, '/', '.who'), 'home');
  await ana.close();
}

async function shootDesk(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const page = await studio.page(context, '/panel', 'bellhop-bell .badge');
  await studio.shoot(page, 'panel');
  const ticket = studio.tickets.find(({ assignees }) => assignees.length === 0)!;
  await page.goto(`${studio.hub.url}/panel?ticket=${encodeURIComponent(ticket.id)}`);
  await page.locator('bellhop-watch button').waitFor();
  await page.locator('bellhop-bell .badge').waitFor();
  await studio.shoot(page, 'panel-ticket');
  await page.locator('desk-acts').first().scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await studio.shoot(page, 'panel-acts');
  await context.close();
}

async function shootMailbox(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const page = await studio.page(context, '/mailbox', 'nav.mails li a');
  await studio.shoot(page, 'mailbox');
  await page.locator('nav.mails li a').first().click();
  await page.frameLocator('iframe').locator('a').first().waitFor();
  await studio.shoot(page, 'mailbox-email');
  const links = await page
    .frameLocator('iframe')
    .locator('a[href*="/l/"]')
    .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
  for (const href of links.slice(0, 1)) {
    await page.goto(href);
    await page.locator('main h1').waitFor();
    await studio.shoot(page, 'link');
  }
  await context.close();
}

async function shootApi(studio: Studio): Promise<void> {
  const context = await studio.browser();
  const page = await studio.page(context, '/docs', 'docs-endpoint');
  await studio.shoot(page, 'docs');
  const events = page.locator('#post-api-v1-events');
  await events.locator('summary').first().click();
  await events.evaluate((element) => element.scrollIntoView());
  await studio.shoot(page, 'docs-endpoint');
  await events.locator('button.try').click();
  await events.locator('docs-try').evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await studio.shoot(page, 'docs-try');
  await context.close();
}
